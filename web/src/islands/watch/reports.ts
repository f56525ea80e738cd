/** Tells the server what was played: every five seconds, on pausing and on leaving, and later what
 * could not be told for want of a network. Telling it twice does no harm. */
import type { Http } from "../../protocol/http.ts";
import { Refused } from "../../protocol/problem.ts";
import type { Span } from "./spans.ts";
import { isQuiet, type Stirred } from "./stirs.ts";
import type { Progress, Report } from "./wire.ts";

interface Waiting {
  visit: string;
  position: number;
  seen: readonly Span[];
  turn: number;
  stirred: Stirred;
  /** When it was so, on the clock of this device. */
  at: number;
}

interface Keep {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}

/** Where it is told, under which name this device keeps it, and what each report says besides. */
interface About {
  path: string;
  id: string;
  named: Pick<Report, "recording_id">;
}

/** Of a recording; a video of the library has a path of its own. */
export function about(id: string, film: boolean): About {
  if (film) return { path: `/api/v1/media/${id}/progress`, id, named: {} };
  return { path: "/api/v1/progress", id, named: { recording_id: id } };
}

/** Reports that wait for a network: a day of watching without one. */
const MOST = 400;
const NOTHING: Stirred = { back: [], slow: [], again: [] };
/** s; what is older is no use any more. */
const TOO_OLD = 29 * 24 * 3600;

export class Reports {
  readonly #http: Http;
  readonly #keep: Keep;
  readonly #about: About;
  readonly #visit: string;
  readonly #now: () => number;
  readonly #onProgress: (progress: Progress) => void;
  #waiting: Waiting[];
  #sending = false;
  #turn = 0;

  constructor(
    http: Http,
    keep: Keep,
    about: About,
    options: { visit: string; now: () => number; onProgress: (progress: Progress) => void },
  ) {
    this.#http = http;
    this.#keep = keep;
    this.#about = about;
    this.#visit = options.visit;
    this.#now = options.now;
    this.#onProgress = options.onProgress;
    this.#waiting = this.#kept();
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  async tell(position: number, seen: readonly Span[], stirred = NOTHING): Promise<void> {
    const last = this.#waiting.at(-1);
    const told = this.#told(Math.max(0, position), seen, stirred);
    // While one is on its way, or none gets through, what says no more than the next is left out.
    const empty = last && last.seen.length === 0 && isQuiet(last.stirred);
    if (empty && last.visit === told.visit && !this.#sending) {
      this.#waiting.pop();
    }
    this.#waiting.push(told);
    this.#waiting.splice(0, this.#waiting.length - MOST);
    this.#store();
    await this.send();
  }

  /** In the order of what was so; one that is refused for good is not sent again. */
  async send(): Promise<void> {
    if (this.#sending) return;
    this.#sending = true;
    try {
      for (let next = this.#waiting[0]; next; next = this.#waiting[0]) {
        if (!(await this.#sent(next))) break;
        this.#waiting = this.#waiting.filter((one) => one !== next);
        this.#store();
      }
    } finally {
      this.#sending = false;
    }
  }

  async #sent(one: Waiting): Promise<boolean> {
    try {
      this.#onProgress(await this.#http.post<Progress>(this.#about.path, this.#report(one)));
      return true;
    } catch (error) {
      return error instanceof Refused && error.status >= 400 && error.status < 429;
    }
  }

  /** The page goes away: nobody waits for an answer. What is told here stays kept all the same. */
  last(): void {
    for (const one of this.#waiting.slice(-8)) {
      void fetch(this.#about.path, {
        method: "POST",
        keepalive: true,
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify(this.#report(one)),
      }).catch(() => undefined);
    }
  }

  /** Noted to be told, without a word to the server yet. */
  note(position: number, seen: readonly Span[], stirred = NOTHING): void {
    this.#waiting.push(this.#told(position, seen, stirred));
    this.#store();
  }

  #told(position: number, seen: readonly Span[], stirred: Stirred): Waiting {
    this.#turn += 1;
    return { visit: this.#visit, position, seen, turn: this.#turn, stirred, at: this.#now() };
  }

  #report(one: Waiting): Report {
    return {
      ...this.#about.named,
      visit: one.visit,
      position: one.position,
      seen: one.seen.slice(-200),
      age: Math.max(0, (this.#now() - one.at) / 1000),
      ...(this.#about.named.recording_id === undefined ? {} : counted(one)),
    };
  }

  get #key(): string {
    return `watch:${this.#about.id}`;
  }

  #kept(): Waiting[] {
    try {
      const kept = JSON.parse(this.#keep.getItem(this.#key) ?? "[]") as Waiting[];
      return kept
        .filter(({ at }) => this.#now() - at < TOO_OLD * 1000)
        .map((one) => ({ ...one, turn: one.turn ?? 0, stirred: one.stirred ?? NOTHING }));
    } catch {
      return [];
    }
  }

  #store(): void {
    try {
      if (this.#waiting.length === 0) this.#keep.removeItem(this.#key);
      else this.#keep.setItem(this.#key, JSON.stringify(this.#waiting));
    } catch {
      // A full or forbidden store: then it is told while the page is open, or not at all.
    }
  }
}

/** What is counted of recordings of classes: which report it is, and where it was not easy. */
function counted({ turn, stirred }: Waiting): Partial<Report> {
  return {
    turn,
    back: stirred.back.slice(-50),
    slow: stirred.slow.slice(-50),
    again: stirred.again.slice(-200),
  };
}
