/** What happened, at the edge of the bar for a moment, and said to screen readers. */
import { type Signal, signal } from "@preact/signals";

export interface Notice {
  text: string;
  icon: string;
  /** Yellow: somebody wants something of you. */
  chalk?: boolean;
  /** Said at once, whatever is being read. */
  urgent?: boolean;
}

const SHOWN_FOR = 6_000;
/** Screen readers hear what happened within this time together. */
const GATHERED = 1_500;

export class Notices {
  readonly shown: Signal<Notice | undefined> = signal(undefined);
  readonly polite: Signal<string> = signal("");
  readonly assertive: Signal<string> = signal("");
  #waiting: string[] = [];
  #hide: ReturnType<typeof setTimeout> | undefined;
  #say: ReturnType<typeof setTimeout> | undefined;

  tell(notice: Notice): void {
    this.shown.value = notice;
    clearTimeout(this.#hide);
    this.#hide = setTimeout(() => this.clear(), SHOWN_FOR);
    if (notice.urgent) this.assertive.value = notice.text;
    else this.#gather(notice.text);
  }

  clear(): void {
    clearTimeout(this.#hide);
    this.shown.value = undefined;
  }

  #gather(text: string): void {
    this.#waiting.push(text);
    this.#say ??= setTimeout(() => {
      this.polite.value = this.#waiting.join(" ");
      this.#waiting = [];
      this.#say = undefined;
    }, GATHERED);
  }
}
