/** What is said, to be read: which languages there are, which one is shown, and what stands now. */
import { computed, effect, type Signal, signal } from "@preact/signals";
import type { Http } from "../../protocol/http.ts";
import { type Cue, cues, cuesAt } from "./cues.ts";

export interface Caption {
  language: string;
  label: string;
  path: string;
  automatic: boolean;
}

const KEPT = "watch-captions";

export class Captions {
  readonly all: Signal<Caption[]> = signal<Caption[]>([]);
  /** The language that was chosen; empty: none is shown over the pictures. */
  readonly chosen = signal("");
  readonly said: Signal<readonly Cue[]> = signal<readonly Cue[]>([]);
  readonly loading = signal(false);
  readonly failed = signal(false);
  readonly #http: Http;
  readonly #id: string;
  readonly #time: Signal<number>;
  #read = "";

  constructor(http: Http, id: string, time: Signal<number>, keep: Storage) {
    this.#http = http;
    this.#id = id;
    this.#time = time;
    this.chosen.value = kept(keep);
    effect(() => {
      try {
        keep.setItem(KEPT, this.chosen.value);
      } catch {
        // A device that keeps nothing asks again the next time.
      }
    });
    effect(() => {
      if (this.shown.value) void this.read();
    });
  }

  /** What is read along: the chosen one, else that of the browser, else the first. */
  readonly current = computed<Caption | undefined>(() => {
    const all = this.all.value;
    const chosen = this.chosen.value;
    return (
      all.find(({ language }) => language === chosen) ??
      all.find(same(chosen)) ??
      all.find(same(navigator.language)) ??
      all[0]
    );
  });

  readonly shown = computed(() => this.chosen.value !== "" && this.all.value.length > 0);

  /** What stands over the pictures. */
  readonly lines = computed<string[]>(() =>
    this.shown.value ? cuesAt(this.said.value, this.#time.value).map(({ text }) => text) : [],
  );

  async look(made: readonly string[]): Promise<void> {
    if (!made.some((name) => name.startsWith("captions-"))) return;
    const path = `/api/v1/recordings/${this.#id}/captions`;
    this.all.value = (await this.#http.get<{ items: Caption[] }>(path)).items;
  }

  choose(language: string): void {
    this.chosen.value = language;
    void this.read();
  }

  toggle(): void {
    const { current } = this;
    if (current.value) this.choose(this.chosen.value ? "" : current.value.language);
  }

  /** The words of the current language, once. */
  async read(): Promise<void> {
    const wanted = this.current.value;
    if (!wanted || this.#read === wanted.path) return;
    this.#read = wanted.path;
    this.loading.value = true;
    this.failed.value = false;
    try {
      const answer = await fetch(wanted.path);
      const text = answer.ok ? await answer.text() : undefined;
      if (this.#read !== wanted.path) return;
      this.failed.value = text === undefined;
      this.said.value = text === undefined ? [] : cues(text);
    } catch {
      this.failed.value = true;
    }
    if (this.failed.value) this.#read = "";
    this.loading.value = false;
  }
}

function kept(keep: Storage): string {
  try {
    return keep.getItem(KEPT) ?? "";
  } catch {
    return "";
  }
}

/** The same language, whatever its country. */
function same(wanted: string): (one: Caption) => boolean {
  const [first = ""] = wanted.toLowerCase().split("-");
  return ({ language }) => language.toLowerCase().split("-")[0] === first;
}

/** "English", where the browser knows it; else as whoever sent them calls it. */
export function nameOf({ language, label }: Pick<Caption, "language" | "label">): string {
  if (label && label !== language) return label;
  try {
    return new Intl.DisplayNames(["en"], { type: "language" }).of(language) ?? language;
  } catch {
    return language;
  }
}
