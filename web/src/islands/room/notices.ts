/** What happened, at the edge of the bar for a moment, and said to screen readers. */
import { type Signal, signal } from "@preact/signals";
import { t } from "../../text.ts";

export interface Notice {
  text: string;
  icon: string;
  /** Yellow: somebody wants something of you. */
  chalk?: boolean;
  /** Said at once, whatever is being read. */
  urgent?: boolean;
  /** What several people may do at about the same time; said of all of them together. */
  about?: { what: What; name: string };
}

export type What = "joined" | "left" | "hand";

const TOGETHER: Record<What, (name: string) => string> = {
  joined: (name) => t("room.joined", { name }),
  left: (name) => t("room.gone", { name }),
  hand: (name) => t("room.handBy", { name }),
};

/** "Priya", "Priya and Đức", "Priya, Đức and 3 others" */
export function together(names: readonly string[]): string {
  const [a = "", b = ""] = names;
  if (names.length <= 1) return a;
  if (names.length === 2) return t("room.names.two", { a, b });
  return t("room.names.more", { a, b, count: names.length - 2 });
}

const SHOWN_FOR = 6_000;
/** Screen readers hear what happened within this time together. */
const GATHERED = 3_000;

export class Notices {
  readonly shown: Signal<Notice | undefined> = signal(undefined);
  readonly polite: Signal<string> = signal("");
  readonly assertive: Signal<string> = signal("");
  #waiting: Notice[] = [];
  #hide: ReturnType<typeof setTimeout> | undefined;
  #say: ReturnType<typeof setTimeout> | undefined;
  /** Of whom the notice that is shown tells. */
  #names: string[] = [];

  tell(notice: Notice): void {
    this.show(notice);
    if (notice.urgent) this.assertive.value = notice.text;
    else this.#gather(notice);
  }

  /** Only to see: it is said elsewhere. */
  show(notice: Notice): void {
    const { about } = notice;
    const same = about !== undefined && this.shown.value?.about?.what === about.what;
    this.#names = about ? [...(same ? this.#names : []), about.name] : [];
    const text = about ? TOGETHER[about.what](together([...new Set(this.#names)])) : notice.text;
    this.shown.value = { ...notice, text };
    clearTimeout(this.#hide);
    this.#hide = setTimeout(() => this.clear(), SHOWN_FOR);
  }

  /** Only to hear, when nothing else is read. */
  say(text: string): void {
    this.#gather({ text, icon: "" });
  }

  clear(): void {
    clearTimeout(this.#hide);
    this.shown.value = undefined;
    this.#names = [];
  }

  #gather(notice: Notice): void {
    this.#waiting.push(notice);
    this.#say ??= setTimeout(() => {
      this.polite.value = spoken(this.#waiting);
      this.#waiting = [];
      this.#say = undefined;
    }, GATHERED);
  }
}

/** Everything that was gathered, people who did the same in one sentence. */
function spoken(notices: readonly Notice[]): string {
  const names = new Map<What, Set<string>>();
  for (const { about } of notices) {
    if (about) names.set(about.what, (names.get(about.what) ?? new Set()).add(about.name));
  }
  const groups = [...names].map(([what, all]) => TOGETHER[what](together([...all])));
  const others = notices.filter(({ about }) => !about).map(({ text }) => text);
  return [...groups, ...others].map((text) => text.replace(/[^.?]$/, "$&.")).join(" ");
}
