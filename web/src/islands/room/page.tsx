/** The page of a class: the lobby, the class itself, and what comes after. */
import { signal, useSignal } from "@preact/signals";
import { render, type VNode } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { connect } from "../../live.ts";
import type { Source } from "../../protocol/wire.ts";
import { t } from "../../text.ts";
import { Boundary, Icon } from "../parts.tsx";
import { Bar } from "./bar.tsx";
import { Classroom } from "./classroom.ts";
import { Devices } from "./devices.ts";
import { listenToKeys } from "./keys.ts";
import { Lobby, type Present } from "./lobby.tsx";
import { Over } from "./over.tsx";
import { Panel } from "./panel.tsx";
import { Stage } from "./stage.tsx";
import { Bars } from "./tile.tsx";

export function mount(element: HTMLElement): void {
  const { room = "", title = "", publish = "", user = "", name = "", present } = element.dataset;
  const rights = {
    publish: publish.split(" ").filter(Boolean) as Source[],
    moderate: "host" in element.dataset,
  };
  const devices = new Devices(navigator.mediaDevices, localStorage);
  const classroom = new Classroom(connect(), { roomId: room, title, rights }, devices);
  begin(classroom);
  element.replaceChildren();
  render(
    <Boundary source="room">
      <Page
        room={classroom}
        me={{ user_id: user, name }}
        present={JSON.parse(present ?? "[]") as Present[]}
      />
    </Boundary>,
    element,
  );
}

function begin(room: Classroom): void {
  const kinds = (["microphone", "camera"] as const).filter((kind) => room.may(kind));
  if (kinds.length > 0) void room.devices.open(kinds);
  listenToKeys(room);
  document.addEventListener("visibilitychange", () =>
    room.seen(document.visibilityState === "visible"),
  );
  // Whoever closes or reloads the page is gone at once, and does not sit there as a ghost.
  addEventListener("pagehide", () => void room.leave());
}

interface PageProps {
  room: Classroom;
  me: Present;
  present: Present[];
}

function Page({ room, me, present }: PageProps): VNode {
  const stage = room.stage.value;
  useEffect(() => {
    document.documentElement.dataset["stage"] = stage;
  }, [stage]);
  if (stage === "over") return <Over room={room} />;
  if (stage === "in") return <Inside room={room} />;
  return <Lobby room={room} me={me} present={present} />;
}

function Inside({ room }: { room: Classroom }): VNode {
  const main = useRef<HTMLElement>(null);
  useEffect(() => main.current?.focus(), []);
  return (
    <div class="class">
      <Top room={room} />
      <div class="class-body">
        <main class="class-main" id="content" tabIndex={-1} ref={main}>
          <Stage room={room} />
          <Line room={room} />
        </main>
        {room.panel.value && <Panel room={room} />}
      </div>
      <Bar room={room} />
      <div class="visually-hidden" role="status">
        {room.notices.polite.value}
      </div>
      <div class="visually-hidden" role="alert">
        {room.notices.assertive.value}
      </div>
    </div>
  );
}

function Top({ room }: { room: Classroom }): VNode {
  return (
    <header class="class-top">
      <h1 class="clip">{room.joined.value?.meeting.title ?? room.place.title}</h1>
      {room.screen.video.value && <OwnShare room={room} />}
      <span class="class-pill">{t("room.notRecorded")}</span>
      <span class="class-fact">
        <Icon name="clock" kind="small" />
        <Since at={room.joined.value?.meeting.started_at} />
      </span>
      <Quality room={room} />
      <FullScreen />
    </header>
  );
}

function OwnShare({ room }: { room: Classroom }): VNode {
  return (
    <div class="own-share">
      <Icon name="monitor-up" kind="small" />
      {t("room.screen.yours")}
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
  const broken = room.line.value !== "open" || cut(room);
  const good = broken ? 1 : reduced ? 2 : 3;
  const text = broken
    ? t("room.quality.poor")
    : reduced
      ? t("room.quality.fair")
      : t("room.quality.good");
  return (
    <span class="class-fact class-quality" title={t("room.quality")}>
      <Bars good={good} />
      <span class="class-quality-text">{text}</span>
    </span>
  );
}

function cut(room: Classroom): boolean {
  return room.media.value === "disconnected" || room.media.value === "failed";
}

const full = signal(false);

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
      class="class-mini"
      aria-label={name}
      data-tip={name}
      onClick={() => {
        if (full.value) void document.exitFullscreen();
        else void document.documentElement.requestFullscreen().catch(() => undefined);
      }}
    >
      <Icon name={full.value ? "minimize" : "maximize"} />
    </button>
  );
}

/** What is wrong right now, on the stage and nowhere over a face for long. */
function Line({ room }: { room: Classroom }): VNode | null {
  if (room.line.value !== "open" || cut(room)) {
    return (
      <p class="class-line-note" role="status">
        <span class="busy-ring" aria-hidden="true" />
        {t("room.away")}
      </p>
    );
  }
  if (!room.sounds.blocked.value) return null;
  return (
    <p class="class-line-note" role="status">
      <Icon name="volume-2" />
      {t("room.sound.blocked")}
      <button
        type="button"
        class="button button-small class-sound"
        onClick={() => void room.sounds.start()}
      >
        {t("room.sound.start")}
      </button>
    </p>
  );
}
