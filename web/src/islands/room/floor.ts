/** Who is shown large: whoever speaks for a while, and not every few words another. Pure. */

/** Milliseconds that somebody speaks before they have the floor. */
export const CONVINCED = 3_000;
/** Milliseconds that they keep it at least. */
export const KEPT = 5_000;

export class Floor {
  holder: string | undefined;
  #since = Number.NEGATIVE_INFINITY;
  #speaker: string | undefined;
  #from = 0;

  /** Somebody speaks most now; nobody leaves the floor to who had it. */
  speaks(id: string | undefined, now: number): void {
    if (id === this.#speaker) return;
    this.#speaker = id;
    this.#from = now;
  }

  /** Looks who has the floor; milliseconds until it should be looked again, if at all. */
  look(now: number): number | undefined {
    if (this.#speaker === undefined || this.#speaker === this.holder) return undefined;
    const due =
      this.holder === undefined ? now : Math.max(this.#from + CONVINCED, this.#since + KEPT);
    if (due > now) return due - now;
    this.holder = this.#speaker;
    this.#since = now;
    return undefined;
  }

  gone(id: string): void {
    if (this.holder === id) this.holder = undefined;
    if (this.#speaker === id) this.#speaker = undefined;
  }
}
