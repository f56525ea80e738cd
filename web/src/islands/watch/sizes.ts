/** The heights that both pictures come in, under one choice. */
import { type Signal, signal } from "@preact/signals";
import type { Rung } from "../../streams/stream.ts";

export type View = "stage" | "screen";

export class Sizes {
  /** What somebody may choose: heights of either, the largest first. */
  readonly all: Signal<number[]> = signal<number[]>([]);
  /** undefined: what the line takes. */
  readonly chosen: Signal<number | undefined> = signal<number | undefined>(undefined);
  readonly #of: Record<View, Rung[]> = { stage: [], screen: [] };

  told(view: View, rungs: Rung[]): void {
    this.#of[view] = rungs;
    const both = [...this.#of.stage, ...this.#of.screen].map(({ height }) => height);
    this.all.value = [...new Set(both)].sort((a, b) => b - a);
  }

  /** Of a picture the largest that is not larger than what was chosen, else its smallest. */
  level(view: View): number | undefined {
    const wanted = this.chosen.value;
    if (wanted === undefined) return undefined;
    const sorted = this.#of[view].toSorted((a, b) => b.height - a.height);
    return (sorted.find(({ height }) => height <= wanted) ?? sorted.at(-1))?.level;
  }
}
