/** Notes what was really played, out of the moments at which a player says where it is. */
import { merged, type Span } from "./spans.ts";

/** s; between two looks a player moves so far on its own, at three times the speed too. */
const STRIDE = 4;
/** A busy or hidden page looks more rarely; meanwhile a player moves at its fastest so far on. */
const FASTEST = 3;

export class Seen {
  readonly #now: () => number;
  #last: number | undefined;
  #looked = 0;
  #fresh: Span[] = [];

  /** `now` counts seconds, from whenever. */
  constructor(now = () => performance.now() / 1000) {
    this.#now = now;
  }

  /** The player goes on here; what lies between this and the last time was played. */
  at(time: number): void {
    const [last, looked] = [this.#last, this.#looked];
    [this.#last, this.#looked] = [time, this.#now()];
    const most = Math.max(STRIDE, FASTEST * (this.#looked - looked));
    if (last === undefined || time <= last || time - last > most) return;
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
