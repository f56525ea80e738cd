/** How well the media of each person arrive, from what the browser counts. Pure. */

export type Grade = 1 | 2 | 3;

/** Of everything that comes of one track, since it began. */
export interface Counted {
  received: number;
  lost: number;
  /** Seconds in which its picture stood still. */
  frozen: number;
}

/** Shares of packets that never came, between two looks. Sound and pictures are patched below that. */
const FAIR = 0.03;
const POOR = 0.1;
/** Seconds of a picture that stood still, between two looks. */
const FROZEN = 0.4;
const LONG_FROZEN = 1.2;
/** Fewer packets say nothing: whoever is silent sends hardly any. */
const ENOUGH = 20;
/** Seconds there and back from which a talk is a toil. */
const SLOW = 0.4;
const TOO_SLOW = 0.9;

export class Reception {
  #before = new Map<string, Counted>();

  /** By track; of which too little came, or for the first time, there is nothing to say. */
  look(now: ReadonlyMap<string, Counted>): Map<string, Grade> {
    const grades = new Map<string, Grade>();
    for (const [track, counted] of now) {
      const before = this.#before.get(track);
      const grade = before && graded(before, counted);
      if (grade) grades.set(track, grade);
    }
    this.#before = new Map(now);
    return grades;
  }
}

function graded(before: Counted, now: Counted): Grade | undefined {
  const received = now.received - before.received;
  // Packets that were late after all are taken off again.
  const lost = Math.max(0, now.lost - before.lost);
  const frozen = now.frozen - before.frozen;
  if (received < 0 || received + lost < ENOUGH) return undefined;
  const share = lost / (received + lost);
  // Where nothing is lost on the way, it may as well be a machine that has too much to do.
  if (share >= POOR || (frozen >= LONG_FROZEN && lost > 0)) return 1;
  return share >= FAIR || frozen >= FROZEN ? 2 : 3;
}

/** Of what one sends oneself, as the server reports it back. */
export function outgoing(lost: number, roundTrip: number): Grade {
  if (lost >= POOR || roundTrip >= TOO_SLOW) return 1;
  return lost >= FAIR || roundTrip >= SLOW ? 2 : 3;
}

/** Of fewer tracks one cannot tell whose line it is. */
const MANY = 4;

/** When most of what comes comes badly, it is one's own line and not that of the others. */
export function most(grades: readonly Grade[]): Grade {
  if (grades.length < MANY) return 3;
  const sorted = [...grades].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 3;
}

export function worst(grades: readonly (Grade | undefined)[]): Grade | undefined {
  const known = grades.filter((one) => one !== undefined);
  return known.length > 0 ? (Math.min(...known) as Grade) : undefined;
}
