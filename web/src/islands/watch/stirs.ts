/** Notes where somebody went back or slowed down: told without a name, and counted with others. */
import type { Span } from "./spans.ts";

/** s; a shorter step back is no looking again. */
const STEP = 2;

export interface Stirred {
  back: number[];
  slow: number[];
  again: Span[];
}

export class Stirs {
  #back: number[] = [];
  #slow: number[] = [];
  #from: number | undefined;
  #to = 0;

  /** Somebody moved it; dragging is many of these, and one jump. */
  moved(from: number, to: number): void {
    this.#from ??= from;
    this.#to = to;
  }

  /** It plays on: where it was moved to is where they wanted to be. */
  played(): void {
    if (this.#from !== undefined && this.#to < this.#from - STEP) this.#back.push(this.#to);
    this.#from = undefined;
  }

  rated(before: number, after: number, at: number): void {
    if (after < before) this.#slow.push(at);
  }

  /** What is new since this was asked last; of what was just played, what was `seen` before. */
  take(played: readonly Span[], seen: readonly Span[]): Stirred {
    const told = { back: this.#back, slow: this.#slow, again: common(played, seen) };
    this.#back = [];
    this.#slow = [];
    return told;
  }
}

export function isQuiet({ back, slow, again }: Stirred): boolean {
  return back.length + slow.length + again.length === 0;
}

/** What both have; crumbs at the edges are none. */
function common(some: readonly Span[], others: readonly Span[]): Span[] {
  return some.flatMap(([from, to]) =>
    others
      .map(([start, end]): Span => [Math.max(from, start), Math.min(to, end)])
      .filter(([start, end]) => end - start > 0.5),
  );
}
