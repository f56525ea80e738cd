/** Who sits where, so that nobody jumps: people keep their places, and only who speaks moves. Pure. */
import type { Person } from "./people.ts";

export class Seats {
  #order: string[] = [];
  readonly #spoke = new Map<string, number>();

  /** Those who were there stay where they are; who comes later sits behind, hosts behind hosts. */
  seated(people: readonly Person[]): Person[] {
    const byId = new Map(people.map((person) => [person.participant.id, person]));
    this.#order = this.#order.filter((id) => byId.has(id));
    const known = new Set(this.#order);
    // Who comes into a class that has begun finds raised hands in front.
    const coming = known.size > 0 ? people : [...people].sort((a, b) => raised(a) - raised(b));
    for (const { participant } of coming) {
      if (known.has(participant.id)) continue;
      if (participant.role === "host") this.#order.splice(this.#hosts(byId), 0, participant.id);
      else this.#order.push(participant.id);
    }
    const all = this.#order.flatMap((id) => byId.get(id) ?? []);
    return [...all.filter(({ self }) => !self), ...all.filter(({ self }) => self)];
  }

  /** Somebody wants to be seen: takes the place of who has been silent longest. False: is in front. */
  bring(id: string, front: number, stays: ReadonlySet<string>, now: number): boolean {
    this.#spoke.set(id, now);
    const others = this.#order.filter((one) => !stays.has(one) || one === id);
    const kept = this.#order.length - others.length;
    const at = this.#order.indexOf(id);
    const first = this.#order.slice(0, front);
    if (at < 0 || first.includes(id) || kept >= front) return false;
    const give = first
      .filter((one) => !stays.has(one))
      .sort((a, b) => (this.#spoke.get(a) ?? 0) - (this.#spoke.get(b) ?? 0))[0];
    if (give === undefined) return false;
    const there = this.#order.indexOf(give);
    this.#order[there] = id;
    this.#order[at] = give;
    return true;
  }

  #hosts(byId: ReadonlyMap<string, Person>): number {
    const last = this.#order.findLastIndex((id) => byId.get(id)?.participant.role === "host");
    return last + 1;
  }
}

function raised({ hand }: Person): number {
  return hand ?? Number.MAX_SAFE_INTEGER;
}
