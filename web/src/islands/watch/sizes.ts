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
    const { stage, screen } = this.#of;
    const both = [...stage, ...screen].map(({ height }) => height);
    // Two pictures in one size each leave nothing to choose.
    const several = stage.length > 1 || screen.length > 1;
    this.all.value = several ? [...new Set(both)].sort((a, b) => b - a) : [];
  }

  /** Of a picture the largest that is not larger than what was chosen, else its smallest. */
  level(view: View): number | undefined {
    const wanted = this.chosen.value;
    if (wanted === undefined) return undefined;
    const sorted = this.#of[view].toSorted((a, b) => b.height - a.height);
    return (sorted.find(({ height }) => height <= wanted) ?? sorted.at(-1))?.level;
  }
}
