/** How well something arrives, added up while it plays: what a page tells the server of itself. */

export interface Play {
  id: string;
  kind: "class" | "recording";
  of: string;
  startup_ms?: number;
  watched_ms: number;
  stalled_ms: number;
  stalls: number;
  height_ms: number;
  sized_ms: number;
  changes: number;
  received: number;
  lost: number;
  rtt_ms?: number;
  broken: boolean;
  connection: "wired" | "wifi" | "mobile" | "slow" | "other" | "unknown";
}

/** What is so at one look. */
export interface Look {
  /** Somebody wants to see it go on. */
  wants: boolean;
  /** It does. */
  moves: boolean;
  /** Of the picture; 0 where there is none. */
  height: number;
}

/** ms; a device that slept saw nothing in that time. */
const LONGEST = 5_000;

/** Pure: the time is told to it. */
export class Meter {
  readonly said: Play;
  #asked: number | undefined;
  #last: number | undefined;
  #came = false;
  #untimed = false;
  #stood = false;
  #height = 0;

  constructor(id: string, kind: Play["kind"], of: string, connection: Play["connection"]) {
    this.said = {
      id,
      kind,
      of,
      watched_ms: 0,
      stalled_ms: 0,
      stalls: 0,
      height_ms: 0,
      sized_ms: 0,
      changes: 0,
      received: 0,
      lost: 0,
      broken: false,
      connection,
    };
  }

  /** Whether there is anything to tell. */
  get begun(): boolean {
    return this.#came || this.said.broken;
  }

  /** Something has come. */
  get came(): boolean {
    return this.#came;
  }

  /** How long the first picture took says nothing: for long there was none to be had. */
  untimed(): void {
    this.#untimed = true;
  }

  /** `now` in milliseconds, on a clock that only goes forward. */
  look(now: number, { wants, moves, height }: Look): void {
    const spent = Math.round(Math.min(now - (this.#last ?? now), LONGEST));
    this.#last = now;
    if (!wants) {
      this.#stood = false;
      if (!this.#came) this.#asked = undefined;
      return;
    }
    this.#asked ??= now;
    if (moves) this.#moved(now, spent, height);
    else if (this.#came) this.#wait(spent);
  }

  #moved(now: number, spent: number, height: number): void {
    this.#stood = false;
    if (!this.#came) {
      this.#came = true;
      this.#height = height;
      if (!this.#untimed) this.said.startup_ms = Math.round(now - (this.#asked ?? now));
      return;
    }
    this.said.watched_ms += spent;
    if (height <= 0) return;
    this.said.height_ms += Math.round(height) * spent;
    this.said.sized_ms += spent;
    if (this.#height > 0 && this.#height !== height) this.said.changes += 1;
    this.#height = height;
  }

  /** Of the time that was looked at last so much stood still. */
  froze(spent: number): void {
    this.said.watched_ms -= Math.min(spent, this.said.watched_ms);
    this.#stood = false;
    this.#wait(spent);
  }

  /** What goes on standing still is one stall. */
  #wait(spent: number): void {
    this.said.stalled_ms += spent;
    if (!this.#stood) this.said.stalls += 1;
    this.#stood = true;
  }
}

interface Known {
  type?: string;
  effectiveType?: string;
}

const KINDS: Record<string, Play["connection"]> = {
  ethernet: "wired",
  wifi: "wifi",
  cellular: "mobile",
  bluetooth: "other",
  other: "other",
  wimax: "other",
};

/** What the browser says of its line. Most say nothing, some only that it is slow. */
export function connectionOf(known: Known | undefined): Play["connection"] {
  const kind = KINDS[known?.type ?? ""];
  if (kind) return kind;
  return /^(slow-2g|2g|3g)$/.test(known?.effectiveType ?? "") ? "slow" : "unknown";
}
