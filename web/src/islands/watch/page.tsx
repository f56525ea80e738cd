/** The page of a recording: what the server drew comes alive. */
import { useSignal } from "@preact/signals";
import { render, type VNode } from "preact";
import { http } from "../../server.ts";
import { t } from "../../text.ts";
import { When } from "../../when.ts";
import type { DownloadsDialog } from "../downloads/dialog.tsx";
import { Badge, Boundary, Icon } from "../parts.tsx";
import { copyLink } from "../room/invite.ts";
import { tellArrival } from "./arrival.ts";
import { clock, minutes, momentOf } from "./clock.ts";
import { Controls } from "./controls.tsx";
import { filled } from "./film.ts";
import { Help } from "./help.tsx";
import { listenToKeys } from "./keys.ts";
import { Screen } from "./screen.tsx";
import { Side } from "./side.tsx";
import { total } from "./spans.ts";
import { Strip } from "./strip.tsx";
import { Theatre } from "./theatre.ts";
import type { Watched } from "./wire.ts";

export function mount(element: HTMLElement): void {
  const watched = filled(JSON.parse(element.dataset["watched"] ?? "{}") as Watched);
  const when = new When(element.dataset["zone"] ?? "UTC");
  const { room = "" } = element.dataset;
  const theatre = new Theatre(http, watched, localStorage);
  theatre.player.startAt(beginning(watched));
  if (new URLSearchParams(location.search).get("catch_up") === "true") theatre.catchUp();
  listenToKeys(theatre);
  theatre.begin();
  if (!watched.film) tellArrival(theatre.player, watched.id);
  if (matchMedia("(width < 900px)").matches) theatre.tab.value = "chapters";
  element.replaceChildren();
  render(
    <Boundary source="watch">
      <WatchPage theatre={theatre} when={when} room={room} />
    </Boundary>,
    element,
  );
}

/** A link to a moment wins; else one goes on where one stopped, unless that was the end. */
function beginning({ progress, seconds }: Watched): number {
  const asked = momentOf(new URLSearchParams(location.search).get("t"));
  if (asked !== undefined) return asked;
  const end = seconds - Math.min(10, seconds / 20);
  return progress.position < end ? progress.position : 0;
}

interface PageProps {
  theatre: Theatre;
  when: When;
  room: string;
}

function WatchPage({ theatre, when, room }: PageProps): VNode {
  return (
    <>
      <div class="watch-main">
        <section class="player" aria-label={t("watch.player")}>
          <Screen theatre={theatre} />
          {theatre.player.away.value && (
            <p class="player-away" role="status">
              <Icon name="wifi-off" kind="small" />
              {t("watch.away")}
            </p>
          )}
          <Controls theatre={theatre} />
          <Strip theatre={theatre} />
        </section>
        <Title theatre={theatre} when={when} room={room} />
        <Unseen theatre={theatre} when={when} />
      </div>
      {!theatre.watched.film && <Side theatre={theatre} />}
      <Help theatre={theatre} />
    </>
  );
}

function Title({ theatre, when, room }: PageProps): VNode {
  const { watched, player } = theatre;
  const at = clock(player.time.value);
  const place = watched.film ? "/library" : "/watch";
  const length = player.length.value;
  const facts = [
    room,
    when.day(watched.started_at),
    length >= 60 &&
      t("watch.seenOf", {
        seen: Math.round(theatre.secondsSeen.value / 60),
        length: minutes(length),
      }),
  ];
  return (
    <div class="watch-title">
      <div class="grow">
        <h1>{theatre.title.value}</h1>
        <p class="quiet small">{facts.filter(Boolean).join(" · ")}</p>
        <States theatre={theatre} />
      </div>
      <button
        type="button"
        class="button button-secondary"
        onClick={() => void copyLink(`${place}/${watched.id}?t=${Math.floor(player.time.value)}`)}
      >
        <Icon name="link" />
        {t("watch.copyAt", { at })}
      </button>
      <TakeHome theatre={theatre} />
    </div>
  );
}

/** What few do, so what it needs comes when somebody presses it. */
function TakeHome({ theatre }: { theatre: Theatre }): VNode | null {
  const { watched, state, title } = theatre;
  const dialog = useSignal<typeof DownloadsDialog | undefined>(undefined);
  const Dialog = dialog.value;
  if (theatre.film.value || state.value !== "ready") return null;
  if (!watched.host && !watched.downloads) return null;
  return (
    <>
      <button
        type="button"
        class="button button-secondary"
        onClick={() =>
          void import("../downloads/dialog.tsx").then((loaded) => {
            dialog.value = loaded.DownloadsDialog;
          })
        }
      >
        <Icon name="download" />
        {t("watch.download")}
      </button>
      {Dialog && (
        <Dialog
          id={watched.id}
          title={title.value}
          host={watched.host}
          onClose={() => {
            dialog.value = undefined;
          }}
        />
      )}
    </>
  );
}

function States({ theatre }: { theatre: Theatre }): VNode | null {
  switch (theatre.state.value) {
    case "recording":
      return <Badge tone="danger" icon="circle-dot" text={t("watch.state.recording")} />;
    case "paused":
      return <Badge icon="pause" text={t("watch.state.paused")} />;
    case "processing":
      return <Badge tone="info" icon="clock" text={t("watch.state.processing")} />;
    default:
      return null;
  }
}

function Unseen({ theatre, when }: { theatre: Theatre; when: When }): VNode | null {
  const { player } = theatre;
  const { missed } = theatre.watched;
  const left = theatre.left.value;
  const seconds = total(left);
  const caught = total(theatre.known.value) - theatre.knownBefore;
  if (player.only.value) {
    return (
      <div class="card watch-unseen" role="status">
        <Icon name="history" />
        <p class="grow small">
          <strong>{t("watch.only")}</strong>
          {missed && (
            <span class="quiet"> {t("watch.catchUp.left", { count: minutes(seconds) })}</span>
          )}
        </p>
        <button
          type="button"
          class="button button-soft button-small"
          onClick={() => {
            player.only.value = undefined;
          }}
        >
          {t("watch.only.stop")}
        </button>
      </div>
    );
  }
  if (missed && caught >= missed.enough) {
    return (
      <div class="card watch-unseen" role="status">
        <Icon name="circle-check" />
        <p class="grow small">
          <strong>{t("watch.catchUp.done")}</strong>
        </p>
        <a class="button button-soft button-small" href={missed.path}>
          {t("watch.catchUp.mark")}
        </a>
      </div>
    );
  }
  // Who has seen nothing needs no button for all of it, and who has seen all needs none.
  const begun = missed || theatre.secondsSeen.value >= 15;
  if (seconds < (missed ? 1 : 15) || !begun || player.grows.value) return null;
  return (
    <div class="card watch-unseen">
      <Icon name="history" />
      <p class="grow small">
        <strong>
          {seconds < 90
            ? t("watch.unseen.seconds", { count: Math.round(seconds) })
            : t("watch.unseen", { count: minutes(seconds) })}
        </strong>
        <span class="quiet">
          {" "}
          {missed
            ? t("watch.catchUp.until", { day: when.day(missed.until) })
            : t("watch.unseen.at", { at: clock(left[0]?.[0] ?? 0) })}
        </span>
      </p>
      <button
        type="button"
        class="button button-soft button-small"
        onClick={() => player.playOnly(left)}
      >
        {missed ? t("watch.catchUp") : t("watch.unseen.play")}
      </button>
    </div>
  );
}
