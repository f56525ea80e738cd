/** Keeps a second picture in step with the first: small steps by its speed, large ones by a jump. */

export interface Place {
  time: number;
  rate: number;
  /** Whether there is anything to show at that moment. */
  ready: boolean;
}

export interface Step {
  jump?: number;
  rate: number;
}

/** s; nobody sees less. */
export const CLOSE = 0.04;
/** s; what is farther away than this would take too long by speed alone. */
const FAR = 0.6;
/** Of the difference is made up in each second, at the most this much faster or slower. */
const PULL = 0.9;
const MOST = 0.25;

export function follow(leader: Place, follower: Place): Step {
  const behind = leader.time - follower.time;
  if (Math.abs(behind) > FAR) return { jump: leader.time, rate: leader.rate };
  if (Math.abs(behind) <= CLOSE || !follower.ready) return { rate: leader.rate };
  const pull = Math.max(-MOST, Math.min(MOST, behind * PULL));
  return { rate: leader.rate * (1 + pull) };
}
