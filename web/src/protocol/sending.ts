/** What one wants to send, brought about: published, paused, replaced and ended, one step a time. */
import type { Media, Sent } from "./media.ts";
import { Refused } from "./problem.ts";
import type { Source, Track } from "./wire.ts";

interface Wish {
  track: MediaStreamTrack | null;
  on: boolean;
}

interface Published {
  sent: Sent;
  track: MediaStreamTrack | null;
  on: boolean;
}

export interface SendingHandlers {
  /** It does not work right now and will not by trying again. */
  onProblem: (source: Source, error: unknown) => void;
}

type Publisher = Pick<Media, "publish" | "onReplace" | "closed">;

const AGAIN = 1_000;
const LONGEST = 15_000;

export class Sending {
  readonly #tell: SendingHandlers;
  readonly #wishes = new Map<Source, Wish>();
  readonly #published = new Map<Source, Published>();
  readonly #busy = new Map<Source, Promise<void>>();
  /** Of these something else is wanted than when the last step was looked for. */
  readonly #changed = new Set<Source>();
  readonly #waits = new Map<Source, number>();
  readonly #timers = new Map<Source, ReturnType<typeof setTimeout>>();
  #media: Publisher | undefined;
  #allowed: ReadonlySet<Source> = new Set();
  #off: (() => void) | undefined;

  constructor(handlers: SendingHandlers) {
    this.#tell = handlers;
  }

  /** The media began (anew): what is wanted is published there. */
  use(media: Publisher | undefined): void {
    this.#off?.();
    this.#media = media;
    this.#published.clear();
    this.#off = media?.onReplace((trackId) => void this.#replace(trackId));
    this.again();
  }

  allow(sources: readonly Source[]): void {
    this.#allowed = new Set(sources);
    this.again();
  }

  /** Send this; `null` and off is a camera that is covered, `end` takes it away altogether. */
  want(source: Source, track: MediaStreamTrack | null, on: boolean): void {
    // At once, whatever the line does: a mute that waits for an answer is none.
    if (track) track.enabled = on;
    this.#wishes.set(source, { track, on });
    this.#work(source);
  }

  end(source: Source): void {
    this.#wishes.delete(source);
    this.#work(source);
  }

  /** Brings about what could not be done while the line was away. */
  again(): void {
    this.#waits.clear();
    for (const source of new Set([...this.#wishes.keys(), ...this.#published.keys()])) {
      this.#work(source);
    }
  }

  /** Whose this track of the roster is, if it is ours. */
  sourceOf(track: Pick<Track, "id">): Source | undefined {
    return [...this.#published].find(([, { sent }]) => sent.id === track.id)?.[0];
  }

  #work(source: Source): void {
    clearTimeout(this.#timers.get(source));
    this.#changed.add(source);
    if (this.#busy.has(source)) return; // it looks again before it ends
    this.#busy.set(source, this.#steps(source));
  }

  async #steps(source: Source): Promise<void> {
    // Whoever called may still want to say more.
    await Promise.resolve();
    while (this.#changed.delete(source)) {
      try {
        while (await this.#step(source));
        this.#waits.delete(source);
      } catch (error) {
        this.#failed(source, error);
      }
    }
    this.#busy.delete(source);
  }

  /** One change towards what is wanted; false when there is nothing more to do. */
  async #step(source: Source): Promise<boolean> {
    const media = this.#media;
    if (!media || media.closed) return false;
    const wish = this.#allowed.has(source) ? this.#wishes.get(source) : undefined;
    const there = this.#published.get(source);
    if (!there) return wish?.on && wish.track ? this.#publish(media, source, wish.track) : false;
    if (!wish) return this.#unpublish(source, there);
    if (wish.track !== there.track && (wish.track || !wish.on)) {
      await there.sent.replace(wish.track);
      there.track = wish.track;
      return true;
    }
    if (wish.on === there.on) return false;
    there.on = wish.on;
    await there.sent.pause(!wish.on);
    return true;
  }

  async #publish(media: Publisher, source: Source, track: MediaStreamTrack): Promise<boolean> {
    const sent = await media.publish(track, source);
    if (media !== this.#media) return true; // it went with the media that it was for
    this.#published.set(source, { sent, track, on: true });
    return true;
  }

  async #unpublish(source: Source, { sent }: Published): Promise<boolean> {
    this.#published.delete(source);
    await sent.close();
    return true;
  }

  async #replace(trackId: string): Promise<void> {
    const found = this.sourceOf({ id: trackId });
    if (!found) return;
    await this.#busy.get(found);
    const there = this.#published.get(found);
    if (there?.sent.id !== trackId) return;
    await this.#unpublish(found, there).catch(() => undefined);
    this.#work(found);
  }

  #failed(source: Source, error: unknown): void {
    const media = this.#media;
    if (!media || media.closed) return;
    if (
      error instanceof Refused &&
      error.retryAfter === undefined &&
      !error.code.startsWith("timed")
    ) {
      // Gone at the server (it was ended there) is gone here too; anything else is for a person.
      if (error.code === "not_found") this.#published.delete(source);
      else this.#tell.onProblem(source, error);
      return;
    }
    const there = this.#published.get(source);
    // Whether the pause arrived is not known: it is said once more.
    if (there) there.on = !(this.#wishes.get(source)?.on ?? false);
    const wait = this.#waits.get(source) ?? AGAIN;
    this.#waits.set(source, Math.min(wait * 2, LONGEST));
    this.#timers.set(
      source,
      setTimeout(() => this.#work(source), wait),
    );
  }
}
