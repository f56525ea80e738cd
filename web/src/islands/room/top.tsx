/** The upper edge of a class: what it is, whether it is recorded, how the line is, how it looks. */
import { signal, useSignal } from "@preact/signals";
import type { VNode } from "preact";
import { useEffect } from "preact/hooks";
import { worst } from "../../protocol/reception.ts";
import { t } from "../../text.ts";
import { Icon } from "../parts.tsx";
import type { Classroom } from "./classroom.ts";
import { Followers, RecordingPill } from "./recording.tsx";
import { Bars } from "./tile.tsx";
import { phone } from "./view.ts";
import { ViewMenu } from "./view-menu.tsx";

export function Top({ room }: { room: Classroom }): VNode {
  return (
    <header class="class-top">
      <h1 class="clip">{room.joined.value?.meeting.title ?? room.place.title}</h1>
      {room.screen.video.value && <OwnShare room={room} />}
      {room.view.audioOnly.value && <AudioOnly room={room} />}
      <RecordingPill room={room} />
      <Followers room={room} />
      <span class="class-fact">
        <Icon name="clock" kind="small" />
        <Since at={room.joined.value?.meeting.started_at} />
      </span>
      <Quality room={room} />
      {!phone.value && <ViewMenu room={room} />}
      {phone.value && room.panel.value && room.may("microphone") && <Microphone room={room} />}
      <FullScreen />
    </header>
  );
}

/** While a sheet lies over the bar. */
function Microphone({ room }: { room: Classroom }): VNode {
  const { on, track } = room.devices.microphone;
  const heard = on.value && track.value !== undefined;
  return (
    <button
      type="button"
      class={`class-mini class-mini-microphone${heard ? "" : " class-mini-muted"}`}
      aria-label={heard ? t("room.mute") : t("room.unmute")}
      onClick={() => void room.turn("microphone", !heard)}
    >
      <Icon name={heard ? "mic" : "mic-off"} />
    </button>
  );
}

function OwnShare({ room }: { room: Classroom }): VNode {
  return (
    <div class="own-share">
      <Icon name="monitor-up" kind="small" />
      <span class="own-share-text">{t("room.screen.yours")}</span>
      <button
        type="button"
        class="button button-small own-share-stop"
        onClick={() => void room.share()}
      >
        {t("room.screen.stop")}
      </button>
    </div>
  );
}

/** Said where one looks, because a class without pictures looks broken otherwise. */
function AudioOnly({ room }: { room: Classroom }): VNode {
  return (
    <div class="own-share">
      <Icon name="headphones" kind="small" />
      <span class="own-share-text">{t("room.audioOnly.on")}</span>
      <button
        type="button"
        class="button button-small class-sound"
        onClick={() => {
          room.view.audioOnly.value = false;
        }}
      >
        {t("room.audioOnly.off")}
      </button>
    </div>
  );
}

function Since({ at }: { at: string | undefined }): VNode {
  const now = useSignal(Date.now());
  useEffect(() => {
    const timer = setInterval(() => {
      now.value = Date.now();
    }, 1_000);
    return () => clearInterval(timer);
  }, [now]);
  const seconds = Math.max(0, Math.floor((now.value - Date.parse(at ?? "")) / 1_000)) || 0;
  return <time class="figures">{clock(seconds)}</time>;
}

/** "4:05", "1:02:09" */
export function clock(seconds: number): string {
  const two = (value: number) => String(value).padStart(2, "0");
  const [hours, minutes] = [Math.floor(seconds / 3_600), Math.floor(seconds / 60) % 60];
  const rest = two(seconds % 60);
  return hours > 0 ? `${hours}:${two(minutes)}:${rest}` : `${minutes}:${rest}`;
}

function Quality({ room }: { room: Classroom }): VNode {
  const reduced = [...room.layers.value.values()].some(({ reason }) => reason === "network");
  const broken = room.cut.value;
  const good = broken ? 1 : (worst([reduced ? 2 : 3, room.lines.value.own]) ?? 3);
  const text = {
    1: t("room.quality.poor"),
    2: t("room.quality.fair"),
    3: t("room.quality.good"),
  }[good];
  return (
    <span class="class-fact class-quality" title={t("room.quality")} data-line={good}>
      <Bars good={good} />
      <span class="class-quality-text">{text}</span>
    </span>
  );
}

const full = signal(false);

export function toggleFull(): void {
  if (document.fullscreenElement) void document.exitFullscreen();
  else void document.documentElement.requestFullscreen?.().catch(() => undefined);
}

function FullScreen(): VNode | null {
  useEffect(() => {
    const follow = () => {
      full.value = document.fullscreenElement !== null;
    };
    document.addEventListener("fullscreenchange", follow);
    return () => document.removeEventListener("fullscreenchange", follow);
  }, []);
  if (!document.fullscreenEnabled) return null;
  const name = full.value ? t("room.full.leave") : t("room.full.enter");
  return (
    <button
      type="button"
      class="class-mini class-full"
      aria-label={name}
      data-tip={name}
      data-key="F"
      onClick={toggleFull}
    >
      <Icon name={full.value ? "minimize" : "maximize"} />
    </button>
  );
}
