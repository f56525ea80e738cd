/** Notes what was really played, out of the moments at which a player says where it is. */
import { merged, type Span } from "./spans.ts";

/** s; between two looks a player moves so far on its own, at three times the speed too. */
const STRIDE = 4;

export class Seen {
  #last: number | undefined;
  #fresh: Span[] = [];

  /** The player goes on here; what lies between this and the last time was played. */
  at(time: number): void {
    const last = this.#last;
    this.#last = time;
    if (last === undefined || time <= last || time - last > STRIDE) return;
    const newest = this.#fresh.at(-1);
    if (newest && newest[1] === last) this.#fresh[this.#fresh.length - 1] = [newest[0], time];
    else this.#fresh.push([last, time]);
  }

  /** It was moved, or stands still: what comes next does not follow from what was. */
  cut(): void {
    this.#last = undefined;
  }

  /** What was played since this was asked last. */
  take(): Span[] {
    const fresh = merged(this.#fresh).map(([start, end]): Span => [round(start), round(end)]);
    this.#fresh = [];
    return fresh;
  }
}

function round(seconds: number): number {
  return Math.round(seconds * 1000) / 1000;
}
