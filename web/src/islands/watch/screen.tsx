/** The pictures, and what stands in their place: before it plays, while it waits, when it cannot. */
import type { VNode } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { t } from "../../text.ts";
import { Icon } from "../parts.tsx";
import { CaptionLines } from "./caption-parts.tsx";
import { clock } from "./clock.ts";
import { posterOf } from "./film.ts";
import type { Broken, Layout, Player } from "./player.ts";
import type { Theatre } from "./theatre.ts";

export function Screen({ theatre }: { theatre: Theatre }): VNode {
  const { player } = theatre;
  const { stage, screen } = player.shown.value;
  return (
    <div
      class="pictures"
      data-layout={layoutOf(player.layout.value, stage, screen)}
      data-captions={theatre.captions.shown.value}
    >
      <Picture
        video={player.second}
        place="screen"
        name={t("watch.screen")}
        shown={screen}
        onClick={() => pressed(player, "screen")}
      />
      <Picture
        video={player.lead}
        place="camera"
        name={t("watch.camera")}
        shown={stage}
        onClick={() => pressed(player, "camera")}
      />
      {player.stage.value !== "idle" && !stage && !screen && (
        <p class="pictures-none">
          <Icon name="headphones" kind="large" />
          {t("watch.soundOnly")}
        </p>
      )}
      <CaptionLines theatre={theatre} />
      <Cover theatre={theatre} />
    </div>
  );
}

/** The one that there is takes all of the place. */
export function layoutOf(wanted: Layout, stage: boolean, screen: boolean): string {
  if (screen && stage) return wanted;
  return screen ? "screen-alone" : "camera-alone";
}

/** On the small picture a press makes that the large one. */
function pressed(player: Player, place: "screen" | "camera"): void {
  const { layout } = player;
  const both = player.shown.value.stage && player.shown.value.screen;
  if (both && layout.value !== "beside" && layout.value !== place) layout.value = place;
  else player.toggle();
}

interface PictureProps {
  video: HTMLVideoElement;
  place: string;
  name: string;
  shown: boolean;
  onClick: () => void;
}

/** A press plays and pauses; the button for that stands below, and has a key. */
function Picture({ video, place, name, shown, onClick }: PictureProps): VNode {
  const slot = useRef<HTMLDivElement>(null);
  useEffect(() => {
    video.setAttribute("aria-label", name);
    slot.current?.append(video);
    video.addEventListener("click", onClick);
    video.addEventListener("dblclick", toggleFull);
    return () => {
      video.removeEventListener("click", onClick);
      video.removeEventListener("dblclick", toggleFull);
    };
  }, [video]);
  return <div class={`watch-picture picture-${place}`} ref={slot} hidden={!shown} />;
}

function Cover({ theatre }: { theatre: Theatre }): VNode | null {
  const { player } = theatre;
  switch (player.stage.value) {
    case "broken":
      return <Trouble what={trouble(theatre)} />;
    case "idle":
      return <Begin theatre={theatre} />;
    case "loading":
      return <Busy />;
    default:
      return player.waiting.value && !player.away.value ? <Busy /> : null;
  }
}

function Busy(): VNode {
  return (
    <p class="cover late" role="status">
      <span class="busy-ring" aria-hidden="true" />
      <span class="visually-hidden">{t("watch.loading")}</span>
    </p>
  );
}

function Begin({ theatre }: { theatre: Theatre }): VNode {
  const { player } = theatre;
  if (theatre.state.value === "failed") return <Trouble what="failed" />;
  // Of what browsers record themselves nobody knows how long it is before it was looked at.
  const plays = theatre.film.value?.file && theatre.state.value === "ready";
  if (player.length.value <= 0 && !plays) return <Trouble what={nothing(theatre)} />;
  const from = player.time.value;
  const film = theatre.film.value;
  const poster = posterOf({ ...theatre.watched, ...(film && { film }) }, theatre.made.value);
  return (
    <div
      class="cover"
      style={poster ? { backgroundImage: `var(--scrim-cover), url(${poster})` } : undefined}
    >
      <button type="button" class="cover-play" onClick={() => void player.play()}>
        <Icon name="play" kind="large" />
        <span>{from > 1 ? t("watch.resumeAt", { at: clock(from) }) : t("watch.play")}</span>
      </button>
      {theatre.player.grows.value && (
        <button type="button" class="cover-live" onClick={() => void live(player)}>
          <span class="rec-dot" aria-hidden="true" />
          {t("watch.goLive")}
        </button>
      )}
      {from > 1 && (
        <button
          type="button"
          class="cover-link"
          onClick={() => {
            player.startAt(0);
            void player.play();
          }}
        >
          {t("watch.fromBeginning")}
        </button>
      )}
    </div>
  );
}

/** What this browser cannot play as it was sent it can once its sizes are made. */
function trouble(theatre: Theatre): Shown {
  const what = theatre.player.broken.value ?? "other";
  const film = theatre.film.value;
  return what === "codec" && film && !film.streams && !film.sound ? "making" : what;
}

async function live(player: Player): Promise<void> {
  player.startAt(player.length.value - 4);
  await player.play();
  player.goLive();
}

function nothing(theatre: Theatre): Shown {
  if (theatre.film.value) return theatre.state.value === "ready" ? "empty" : "coming";
  if (theatre.grows) return "begins";
  return theatre.state.value === "processing" ? "processing" : "empty";
}

type Shown = Broken | "failed" | "begins" | "processing" | "empty" | "making" | "coming";

const TROUBLES: Record<Shown, { icon: string; title: string; text: string }> = {
  old: { icon: "monitor-x", title: t("watch.old.title"), text: t("watch.old.text") },
  codec: { icon: "monitor-x", title: t("watch.codec.title"), text: t("watch.codec.text") },
  missing: { icon: "circle-alert", title: t("watch.missing.title"), text: t("watch.missing.text") },
  other: { icon: "circle-alert", title: t("watch.other.title"), text: t("watch.other.text") },
  failed: { icon: "circle-alert", title: t("watch.failed.title"), text: t("watch.failed.text") },
  begins: { icon: "clock", title: t("watch.begins.title"), text: t("watch.begins.text") },
  processing: {
    icon: "clock",
    title: t("watch.processing.title"),
    text: t("watch.processing.text"),
  },
  making: { icon: "clock", title: t("watch.making.title"), text: t("watch.making.text") },
  coming: { icon: "clock", title: t("watch.coming.title"), text: t("watch.coming.text") },
  empty: { icon: "video-off", title: t("watch.empty.title"), text: t("watch.empty.text") },
};

function Trouble({ what }: { what: Shown }): VNode {
  const { icon, title, text } = TROUBLES[what];
  const again = what === "other" || what === "missing" || what === "old";
  return (
    <div class="cover cover-trouble" role="status">
      <Icon name={icon} kind="large" />
      <strong>{title}</strong>
      <p>{text}</p>
      {again && (
        <button type="button" class="cover-link" onClick={() => location.reload()}>
          {t("watch.again")}
        </button>
      )}
    </div>
  );
}

export function toggleFull(): void {
  const player = document.querySelector<HTMLElement>(".player");
  if (document.fullscreenElement) void document.exitFullscreen();
  else void player?.requestFullscreen?.().catch(() => undefined);
}
