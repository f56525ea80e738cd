/** The list of recordings: watch them, and for hosts rename, show to others, delete and undo. */
import { useSignal } from "@preact/signals";
import { render, type VNode } from "preact";
import { useEffect } from "preact/hooks";
import { http } from "../../server.ts";
import { t } from "../../text.ts";
import { When } from "../../when.ts";
import { DownloadsDialog } from "../downloads/dialog.tsx";
import { Badge, Boundary, Button, Empty, Icon, IconButton } from "../parts.tsx";
import { Item } from "../room/view-menu.tsx";
import { clock } from "../watch/clock.ts";
import { CaptionsDialog } from "./captions.tsx";
import { PosterDialog } from "./poster.tsx";
import { RenameDialog } from "./rename.tsx";
import { going, type Recording, type Row, type Rows, Shelf } from "./store.ts";

export function mount(element: HTMLElement): void {
  const rows = JSON.parse(element.dataset["rows"] ?? '{"items":[],"next":null}') as Rows;
  const shelf = new Shelf(http, rows);
  const when = new When(element.dataset["zone"] ?? "UTC");
  shelf.follow();
  element.replaceChildren();
  render(
    <Boundary source="recordings">
      <Library shelf={shelf} when={when} />
    </Boundary>,
    element,
  );
}

interface PageProps {
  shelf: Shelf;
  when: When;
}

/** ms; somebody has stopped typing. */
const PAUSE = 250;

function Library({ shelf, when }: PageProps): VNode {
  const { items, next } = shelf.rows.value;
  const opened = useSignal<Opened | undefined>(undefined);
  return (
    <>
      <Filters shelf={shelf} />
      {shelf.problem.value && (
        <p class="banner banner-danger" role="alert">
          <Icon name="circle-alert" />
          {shelf.problem.value}
        </p>
      )}
      <section class="card" aria-label={t("recordings.title")}>
        {items.length === 0 ? (
          <Nothing shelf={shelf} />
        ) : (
          <ul class="recordings">
            {items.map((row) => (
              <Entry
                key={row.recording.id}
                row={row}
                shelf={shelf}
                when={when}
                onOpen={(what) => {
                  shelf.problem.value = "";
                  opened.value = { what, recording: row.recording, host: row.host };
                }}
              />
            ))}
          </ul>
        )}
        {next && (
          <div class="card-pad row row-end">
            <Button onClick={() => void shelf.more()}>{t("recordings.more")}</Button>
          </div>
        )}
      </section>
      {opened.value && (
        <Dialog
          {...opened.value}
          shelf={shelf}
          onClose={() => {
            opened.value = undefined;
          }}
        />
      )}
    </>
  );
}

type What = "rename" | "captions" | "downloads" | "poster";

interface Opened {
  what: What;
  recording: Recording;
  host: boolean;
}

function Dialog(props: Opened & { shelf: Shelf; onClose: () => void }): VNode {
  const { what, recording, host, shelf, onClose } = props;
  const after = () => {
    onClose();
    void shelf.read();
  };
  switch (what) {
    case "rename":
      return <RenameDialog recording={recording} shelf={shelf} onClose={onClose} />;
    case "captions":
      return <CaptionsDialog recording={recording} onClose={after} />;
    case "poster":
      return <PosterDialog recording={recording} shelf={shelf} onClose={onClose} />;
    default:
      return (
        <DownloadsDialog id={recording.id} title={recording.title} host={host} onClose={after} />
      );
  }
}

function Filters({ shelf }: { shelf: Shelf }): VNode {
  const words = shelf.words.value;
  const first = useSignal(true);
  useEffect(() => {
    if (first.value) {
      first.value = false;
      return undefined;
    }
    const timer = setTimeout(() => void shelf.read(), PAUSE);
    return () => clearTimeout(timer);
  }, [words]);
  return (
    <div class="filters">
      <div class="input recordings-search">
        <Icon name="search" />
        <input
          type="search"
          aria-label={t("recordings.search")}
          placeholder={t("recordings.search")}
          value={words}
          onInput={({ currentTarget }) => {
            shelf.words.value = currentTarget.value;
          }}
        />
      </div>
      <Button
        icon="trash-2"
        kind={shelf.bin.value ? "soft" : "secondary"}
        onClick={() => {
          shelf.bin.value = !shelf.bin.value;
          void shelf.read();
        }}
      >
        {shelf.bin.value ? t("recordings.leaveBin") : t("recordings.bin")}
      </Button>
      <p class="visually-hidden" role="status">
        {t("recordings.count", { count: shelf.rows.value.items.length })}
      </p>
    </div>
  );
}

function Nothing({ shelf }: { shelf: Shelf }): VNode {
  if (shelf.words.value) {
    return (
      <Empty icon="search" title={t("recordings.none.title")} text={t("recordings.none.text")} />
    );
  }
  if (shelf.bin.value) {
    return (
      <Empty
        icon="trash-2"
        title={t("recordings.binEmpty.title")}
        text={t("recordings.binEmpty.text")}
      />
    );
  }
  return (
    <Empty
      icon="clapperboard"
      title={t("recordings.empty.title")}
      text={t("recordings.empty.text")}
    >
      <a class="button button-secondary" href="/rooms">
        {t("rooms.title")}
      </a>
    </Empty>
  );
}

interface EntryProps extends PageProps {
  row: Row;
  onOpen: (what: What) => void;
}

function Entry({ row, shelf, when, onOpen }: EntryProps): VNode {
  const { recording, room, host, viewers } = row;
  const live = recording.state === "recording" || recording.state === "paused";
  const path = `/watch/${recording.id}`;
  const poster = `/api/v1/recordings/${recording.id}/poster`;
  return (
    <li class="recording">
      <div class="recording-cover" aria-hidden="true">
        {recording.made.includes("poster") ? (
          <img src={shelf.drawn.value[recording.id] ?? poster} alt="" loading="lazy" />
        ) : (
          <Icon name={live ? "radio" : "play"} kind="large" />
        )}
        {recording.seconds > 0 && <span class="figures">{clock(recording.seconds)}</span>}
        {row.seen > 0 && recording.seconds > 0 && (
          <progress max={recording.seconds} value={Math.min(row.seen, recording.seconds)} />
        )}
      </div>
      <div class="recording-name">
        <a href={path}>{recording.title}</a>
        <span class="clip">
          {room} · {when.near(recording.started_at)}
        </span>
      </div>
      <div class="recording-state">
        <States recording={recording} />
        {host && <Making recording={recording} shelf={shelf} />}
      </div>
      <div class="recording-who">
        {host && (
          <span>
            <Icon name={recording.visibility === "room" ? "users" : "lock"} kind="small" />
            {recording.visibility === "room" ? t("recordings.room") : t("recordings.hosts")}
          </span>
        )}
        {viewers !== null && viewers > 0 && (
          <span class="figures">{t("recordings.watchedBy", { count: viewers })}</span>
        )}
      </div>
      <div class="recording-acts">
        {recording.deleted_at ? (
          <Button icon="rotate-ccw" onClick={() => void shelf.restore(recording)}>
            {t("recordings.restore")}
          </Button>
        ) : (
          recording.state !== "failed" && (
            <a
              class={`button button-${live ? "soft" : "secondary"}`}
              href={path}
              aria-label={t("recordings.watchOf", { title: recording.title })}
            >
              {live ? t("recordings.watchLive") : t("recordings.watch")}
            </a>
          )
        )}
        {!host && recording.downloads && recording.state === "ready" && (
          <IconButton
            icon="download"
            name={t("recordings.downloadOf", { title: recording.title })}
            onClick={() => onOpen("downloads")}
          />
        )}
        {host && !recording.deleted_at && (
          <Menu recording={recording} shelf={shelf} onOpen={onOpen} />
        )}
      </div>
    </li>
  );
}

const REASONS: Record<string, () => string> = {
  disk_full: () => t("recordings.reason.disk"),
  overloaded: () => t("recordings.reason.overloaded"),
  broken: () => t("recordings.reason.broken"),
};

function States({ recording }: { recording: Recording }): VNode {
  const why = REASONS[recording.reason]?.();
  switch (recording.state) {
    case "recording":
      return <span class="badge badge-live">{t("recordings.state.recording")}</span>;
    case "paused":
      return <Badge icon="pause" text={t("recordings.state.paused")} />;
    case "processing":
      return <Badge tone="info" icon="clock" text={t("recordings.state.processing")} />;
    case "failed":
      return (
        <>
          <Badge tone="danger" icon="circle-alert" text={t("recordings.state.failed")} />
          <span class="small">{why ?? t("recordings.reason.broken")}</span>
        </>
      );
    default:
      return (
        <>
          <Badge tone="good" icon="check" text={t("recordings.state.ready")} />
          {why && <span class="small">{why}</span>}
        </>
      );
  }
}

const KINDS: Record<string, string> = {
  pictures: t("recordings.work.pictures"),
  previews: t("recordings.work.previews"),
  ladder: t("recordings.work.ladder"),
  copies: t("recordings.work.copies"),
  movie: t("recordings.work.movie"),
  stage: t("recordings.work.stage"),
  screen: t("recordings.work.screen"),
  sound: t("recordings.work.sound"),
  captions: t("recordings.work.captions"),
};

/** It plays already; this is what is made of it beside, or could not be. */
function Making({ recording, shelf }: { recording: Recording; shelf: Shelf }): VNode | null {
  const known = recording.work.filter(({ kind }) => kind in KINDS);
  const failed = known.find(({ state }) => state === "failed");
  const now = known.find(({ state }) => state === "running" || state === "queued");
  const one = now ?? failed;
  const name = one && KINDS[one.kind];
  if (!one || !name) return null;
  if (now) {
    const percent = Math.floor(now.progress * 100);
    return (
      <div class="recording-work">
        <span class="tiny quiet">{t("recordings.making", { what: name, percent })}</span>
        <progress class="progress progress-thin" max={1} value={now.progress} aria-label={name} />
      </div>
    );
  }
  return (
    <div class="recording-work">
      <span class="small">{t("recordings.notMade", { what: name, why: one.error })}</span>
      <Button size="small" icon="rotate-cw" onClick={() => void shelf.again(recording, one.kind)}>
        {t("recordings.again")}
      </Button>
    </div>
  );
}

interface MenuProps {
  recording: Recording;
  shelf: Shelf;
  onOpen: (what: What) => void;
}

function Menu({ recording, shelf, onOpen }: MenuProps): VNode {
  const id = `menu-${recording.id}`;
  return (
    <>
      <button
        type="button"
        class="button button-ghost button-icon"
        aria-label={t("recordings.actionsOf", { title: recording.title })}
        data-menu="end"
        popovertarget={id}
      >
        <Icon name="ellipsis" />
      </button>
      <div class="menu" id={id} popover="auto">
        <Item menu={id} icon="pencil" onClick={() => onOpen("rename")}>
          {t("recordings.rename")}
        </Item>
        {recording.state === "ready" && (
          <>
            <Item menu={id} icon="captions" onClick={() => onOpen("captions")}>
              {t("recordings.captions")}
            </Item>
            <Item menu={id} icon="image" onClick={() => onOpen("poster")}>
              {t("recordings.poster")}
            </Item>
            <Item menu={id} icon="download" onClick={() => onOpen("downloads")}>
              {t("downloads.open")}
            </Item>
          </>
        )}
        <hr />
        <p class="menu-caption">{t("recordings.who")}</p>
        <Item
          menu={id}
          icon="users"
          on={recording.visibility === "room"}
          onClick={() => void shelf.show(recording, "room")}
        >
          {t("recordings.room")}
        </Item>
        <Item
          menu={id}
          icon="lock"
          on={recording.visibility === "hosts"}
          onClick={() => void shelf.show(recording, "hosts")}
        >
          {t("recordings.hosts")}
        </Item>
        <Item
          menu={id}
          icon="download"
          on={recording.downloads}
          onClick={() => void shelf.allow(recording, !recording.downloads)}
        >
          {t("recordings.allowDownloads")}
        </Item>
        <hr />
        {going(recording) && recording.state !== "processing" ? (
          <Item menu={id} icon="square" onClick={() => void shelf.stop(recording)}>
            {t("recordings.stop")}
          </Item>
        ) : (
          <Item menu={id} icon="trash-2" danger onClick={() => void shelf.delete(recording)}>
            {t("recordings.delete")}
          </Item>
        )}
      </div>
    </>
  );
}
