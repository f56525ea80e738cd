/** The bell of every page: how much was not read, live, and the newest of it. */
import { signal } from "@preact/signals";
import { render, type VNode } from "preact";
import { connect } from "../live.ts";
import { CHANGED, counted, type Notice, PATH, type Unread } from "../protocol/notices.ts";
import type { Live } from "../protocol/socket.ts";
import { http } from "../server.ts";
import { t } from "../text.ts";
import { When } from "../when.ts";
import { Resource } from "./loaded.ts";
import { Boundary, Button, Empty, Failure, Icon, SkeletonRows } from "./parts.tsx";

const SHOWN = 20;
const PANEL = "notices-panel";

class Bell {
  readonly unread = signal(0);
  readonly list = new Resource(
    async () => (await http.get<{ items: Notice[] }>(PATH, { limit: SHOWN })).items,
  );
  #opened = false;

  constructor(unread: number) {
    this.unread.value = unread;
  }

  listen(live: Live): void {
    let lost = false;
    live.on<Unread>(CHANGED, ({ unread }) => this.#changed(unread));
    live.onState((state) => {
      // What was told while the line was away was told to nobody here.
      if (state === "open" && lost) void this.#ask();
      lost = state === "away";
    });
  }

  open(opened: boolean): void {
    this.#opened = opened;
    if (opened) void this.list.reload(this.list.value !== undefined);
  }

  async read(notice: Notice): Promise<void> {
    if (!notice.read) await http.post(`${PATH}/${notice.id}/read`).catch(() => undefined);
    location.assign(notice.link);
  }

  async readAll(): Promise<void> {
    const newest = this.list.value?.[0];
    if (!newest) return;
    await http.post(`${PATH}/read`, { up_to: newest.id });
    this.list.change((all) => all.map((one) => ({ ...one, read: true })));
    this.unread.value = 0;
  }

  #changed(unread: number): void {
    this.unread.value = unread;
    if (this.#opened) void this.list.reload(true);
  }

  async #ask(): Promise<void> {
    this.#changed((await http.get<Unread>(`${PATH}/unread`)).unread);
  }
}

export function mount(element: HTMLElement): void {
  const bell = new Bell(Number(element.dataset["unread"]));
  const when = new When(element.dataset["zone"] ?? "UTC");
  bell.listen(connect());
  element.replaceChildren();
  render(
    <Boundary source="bell">
      <Ring bell={bell} />
      <Panel bell={bell} when={when} />
    </Boundary>,
    element,
  );
}

function Ring({ bell }: { bell: Bell }): VNode {
  const unread = bell.unread.value;
  const name = unread > 0 ? t("notices.bell", { count: unread }) : t("notices.title");
  return (
    <button
      type="button"
      class="button button-ghost button-icon bell-button"
      popovertarget={PANEL}
      aria-label={name}
    >
      <Icon name="bell" />
      {unread > 0 && (
        <span class="counter" aria-hidden="true">
          {counted(unread)}
        </span>
      )}
    </button>
  );
}

interface PanelProps {
  bell: Bell;
  when: When;
}

function Panel({ bell, when }: PanelProps): VNode {
  const some = bell.unread.value > 0;
  return (
    <section
      id={PANEL}
      class="notices-panel"
      popover="auto"
      aria-label={t("notices.title")}
      onToggle={(event) => bell.open((event as unknown as ToggleEvent).newState === "open")}
    >
      <header>
        <h2>{t("notices.title")}</h2>
        {some && (
          <Button kind="ghost" size="small" icon="check" onClick={() => void bell.readAll()}>
            {t("notices.readAll")}
          </Button>
        )}
      </header>
      <List bell={bell} when={when} />
      <footer>
        <a href="/notices">{t("notices.all")}</a>
        <a href="/profile?tab=notices">{t("notices.choose")}</a>
      </footer>
    </section>
  );
}

function List({ bell, when }: PanelProps): VNode {
  const state = bell.list.state.value;
  if (state.is === "loading") return <Waiting />;
  if (state.is === "failed") {
    return <Failure error={state.error} again={() => void bell.list.reload()} />;
  }
  if (state.value.length === 0) {
    return <Empty icon="bell" title={t("notices.empty.title")} text={t("notices.empty.text")} />;
  }
  return (
    <ul class="notices">
      {state.value.map((one) => (
        <Item key={one.id} notice={one} bell={bell} when={when} />
      ))}
    </ul>
  );
}

/** Nothing is asked for before somebody looks, so there is nothing to wait for. */
function Waiting(): VNode {
  const open = document.getElementById(PANEL)?.matches(":popover-open");
  return open ? <SkeletonRows count={3} /> : <div />;
}

function Item({ notice, bell, when }: PanelProps & { notice: Notice }): VNode {
  return (
    <li class={notice.read ? undefined : "notice-unread"}>
      <a
        class="notice"
        href={notice.link}
        onClick={(event) => {
          if (event.ctrlKey || event.metaKey || event.shiftKey) return;
          event.preventDefault();
          void bell.read(notice);
        }}
      >
        <span class="medallion medallion-plain">
          <Icon name={notice.icon} />
        </span>
        <span class="grow">
          {notice.text}
          <small>
            <time dateTime={notice.created_at} title={when.full(notice.created_at)}>
              {when.near(notice.created_at)}
            </time>
          </small>
        </span>
        {!notice.read && (
          <span class="notice-dot">
            <span class="visually-hidden">{t("notices.new")}</span>
          </span>
        )}
      </a>
    </li>
  );
}
