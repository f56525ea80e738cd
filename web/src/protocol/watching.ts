/** What others send, received as far as it is shown: subscribed, held and sized one step a time. */
import { cannotDecode, type Media, type Received } from "./media.ts";
import { Refused } from "./problem.ts";
import type { LayerNews, Track } from "./wire.ts";

/** How large something is shown, in pixels of the screen; absent when it is not. */
export interface Shown {
  width: number;
  height: number;
  pinned?: boolean;
}

export interface WatchingHandlers {
  /** A track can be shown from now on, or not any more. */
  onTrack: (trackId: string, track: MediaStreamTrack | undefined) => void;
  /** In which layer it comes, and why in no better one. */
  onLayer?: (trackId: string, news: LayerNews) => void;
}

type Subscriber = Pick<Media, "subscribe" | "closed">;

const AGAIN = 1_000;
const LONGEST = 15_000;
/** Milliseconds after which what nobody looks at any more is given up, and not only held. */
const GIVEN_UP = 30_000;
/** A change of size that is smaller than this part changes nothing worth asking for. */
const NOTICED = 0.15;

export class Watching {
  readonly #tell: WatchingHandlers;
  readonly #watched = new Map<string, Watched>();
  #media: Subscriber | undefined;

  constructor(handlers: WatchingHandlers) {
    this.#tell = handlers;
  }

  /** The media began (anew): everything is subscribed once more. */
  use(media: Subscriber | undefined): void {
    const before = [...this.#watched.values()];
    this.#watched.clear();
    this.#media = media;
    for (const one of before) one.forget();
    for (const one of before) this.#add(one.track, one.shown);
  }

  /** What there is from others, all of it; sound is received at once, pictures when shown. */
  offered(tracks: readonly Track[]): void {
    const there = new Set(tracks.map(({ id }) => id));
    for (const [id, one] of this.#watched) {
      if (there.has(id)) continue;
      this.#watched.delete(id);
      one.end();
    }
    for (const track of tracks) if (!this.#watched.has(track.id)) this.#add(track);
  }

  show(trackId: string, shown: Shown | undefined): void {
    this.#watched.get(trackId)?.show(shown);
  }

  /** Tries again at once what waits for its next try. */
  again(): void {
    for (const one of this.#watched.values()) one.again();
  }

  heard(news: LayerNews): void {
    for (const [id, { received }] of this.#watched) {
      if (received?.id === news.consumer) this.#tell.onLayer?.(id, news);
    }
  }

  /** What is received, by what the browser calls it. */
  names(): Map<string, string> {
    return new Map(
      [...this.#watched].flatMap(([id, { received }]) =>
        received ? [[received.track.id, id] as const] : [],
      ),
    );
  }

  received(trackId: string): Received | undefined {
    return this.#watched.get(trackId)?.received;
  }

  #add(track: Track, shown?: Shown): void {
    if (!this.#media) {
      this.#watched.set(track.id, new Watched(track, undefined, this.#tell, shown));
      return;
    }
    const one = new Watched(track, this.#media, this.#tell, shown);
    this.#watched.set(track.id, one);
    one.again();
  }
}

class Watched {
  readonly track: Track;
  shown: Shown | undefined;
  received: Received | undefined;
  readonly #media: Subscriber | undefined;
  readonly #tell: WatchingHandlers;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #wait = AGAIN;
  #busy = false;
  /** Something else is wanted than when the last step was looked for. */
  #changed = false;
  #ended = false;
  /** What the server was told. */
  #asked: Shown | undefined;
  #held = false;
  /** Held for so long that it is given up. */
  #old = false;
  #ageing: ReturnType<typeof setTimeout> | undefined;

  constructor(
    track: Track,
    media: Subscriber | undefined,
    tell: WatchingHandlers,
    shown: Shown | undefined,
  ) {
    this.track = track;
    this.shown = shown;
    this.#media = media;
    this.#tell = tell;
  }

  show(shown: Shown | undefined): void {
    this.shown = shown;
    this.again();
  }

  again(): void {
    clearTimeout(this.#timer);
    void this.#work();
  }

  /** The track has ended. */
  end(): void {
    this.forget();
    this.received?.close().catch(() => undefined);
  }

  /** The media that it came over is gone. */
  forget(): void {
    this.#ended = true;
    clearTimeout(this.#timer);
    clearTimeout(this.#ageing);
    if (this.received) this.#tell.onTrack(this.track.id, undefined);
  }

  async #work(): Promise<void> {
    this.#changed = true;
    if (this.#busy || !this.#media) return;
    this.#busy = true;
    while (this.#changed) {
      this.#changed = false;
      try {
        while (!this.#ended && !this.#media.closed && (await this.#step(this.#media)));
        this.#wait = AGAIN;
      } catch (error) {
        this.#failed(error);
      }
    }
    this.#busy = false;
  }

  /** One change towards what is shown; false when there is nothing more to do. */
  async #step(media: Subscriber): Promise<boolean> {
    const { shown, received, track } = this;
    const wanted = track.kind === "audio" || shown !== undefined;
    if (!received) return wanted ? this.#subscribe(media) : false;
    if (wanted === this.#held) {
      await received.pause(!wanted);
      this.#held = !wanted;
      this.#age();
      return true;
    }
    if (this.#held && this.#old) return this.#giveUp(received);
    if (!shown || track.kind === "audio" || !differs(shown, this.#asked)) return false;
    this.#asked = shown;
    await received.prefer(shown);
    return true;
  }

  async #subscribe(media: Subscriber): Promise<boolean> {
    const received = await media.subscribe(this.track.id);
    if (this.#ended) {
      received.close().catch(() => undefined);
      return false;
    }
    this.received = received;
    this.#tell.onTrack(this.track.id, received.track);
    return true;
  }

  /** A page that is turned back to is there at once; one that is not costs nothing for long. */
  #age(): void {
    clearTimeout(this.#ageing);
    this.#old = false;
    if (!this.#held) return;
    this.#ageing = setTimeout(() => {
      this.#old = true;
      this.again();
    }, GIVEN_UP);
  }

  async #giveUp(received: Received): Promise<boolean> {
    this.received = undefined;
    this.#held = false;
    this.#old = false;
    this.#asked = undefined;
    this.#tell.onTrack(this.track.id, undefined);
    await received.close();
    return true;
  }

  #failed(error: unknown): void {
    if (this.#ended || this.#media?.closed) return;
    this.#asked = undefined;
    // The news that it is gone, or that it comes in another codec, are on their way.
    if (error instanceof Refused && error.code === "not_found") return;
    const wait = cannotDecode(error) ? LONGEST : this.#wait;
    this.#wait = Math.min(this.#wait * 2, LONGEST);
    this.#timer = setTimeout(() => void this.#work(), wait);
  }
}

function differs(shown: Shown, asked: Shown | undefined): boolean {
  if (!asked || (shown.pinned ?? false) !== (asked.pinned ?? false)) return true;
  const change = Math.abs(shown.height - asked.height) / Math.max(asked.height, 1);
  const wider = Math.abs(shown.width - asked.width) / Math.max(asked.width, 1);
  return Math.max(change, wider) > NOTICED;
}
