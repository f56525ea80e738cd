/** What plays: one leading picture with the sound, and a second one that is kept in step. */
import { computed, effect, type Signal, signal } from "@preact/signals";
import type { Rung, StreamNews } from "../../streams/stream.ts";
import { Plain, type Playable } from "./plain.ts";
import { Seen } from "./seen.ts";
import { Sizes, type View } from "./sizes.ts";
import { has, type Span } from "./spans.ts";
import { follow } from "./step.ts";
import { Stirs } from "./stirs.ts";

export type Stage = "idle" | "loading" | "on" | "broken";
export type Broken = "codec" | "missing" | "other" | "old";
export type Layout = "beside" | "screen" | "camera";

export interface Source {
  /** Where its playlists are. */
  path: string;
  /** A file in their place. */
  plain?: string | undefined;
  seconds: number;
  /** It is still being recorded. */
  grows: boolean;
}

export const RATES = [0.5, 0.75, 1, 1.25, 1.5, 1.75, 2, 2.5, 3];
/** s; how often the two are compared. */
const LOOK = 0.25;
/** s; nearer to the edge than this is live. */
const AT_EDGE = 8;

export class Player {
  readonly stage: Signal<Stage> = signal<Stage>("idle");
  readonly broken: Signal<Broken | undefined> = signal<Broken | undefined>(undefined);
  readonly time = signal(0);
  readonly length: Signal<number>;
  readonly playing = signal(false);
  readonly waiting = signal(false);
  readonly away = signal(false);
  readonly grows: Signal<boolean>;
  readonly rate = signal(1);
  readonly volume = signal(1);
  readonly muted = signal(false);
  readonly sizes = new Sizes();
  readonly layout: Signal<Layout> = signal<Layout>("beside");
  /** When there is something to see of each; undefined: not told yet. */
  readonly views: Signal<Record<View, Span[]> | undefined> = signal<
    Record<View, Span[]> | undefined
  >(undefined);
  /** Only these are played, one after the other. */
  readonly only: Signal<Span[] | undefined> = signal<Span[] | undefined>(undefined);
  readonly seen = new Seen();
  readonly stirs = new Stirs();
  /** The camera with the sound leads; the screen follows. */
  readonly lead = picture(false);
  readonly second = picture(true);
  source: Source;
  #lead: Playable | undefined;
  #second: Playable | undefined;
  #from = 0;
  #timer: ReturnType<typeof setInterval> | undefined;
  readonly #on: ((what: "pause" | "seek" | "end") => void)[] = [];

  constructor(source: Source) {
    this.source = source;
    this.length = signal(source.seconds);
    this.grows = signal(source.grows);
    this.#listen();
    effect(() => {
      this.lead.playbackRate = this.rate.value;
      this.lead.volume = this.volume.value;
      this.lead.muted = this.muted.value;
    });
  }

  /** What is to be seen now. */
  readonly shown = computed<{ stage: boolean; screen: boolean }>(() => {
    const views = this.views.value;
    const at = this.time.value;
    if (!views) return { stage: true, screen: false };
    return { stage: nearly(views.stage, at), screen: nearly(views.screen, at) };
  });

  readonly atEdge = computed(
    () => this.grows.value && this.length.value - this.time.value < AT_EDGE,
  );

  on(told: (what: "pause" | "seek" | "end") => void): void {
    this.#on.push(told);
  }

  /** Where it begins once it is played. */
  startAt(seconds: number): void {
    this.#from = this.#clamped(seconds);
    if (this.stage.value === "idle") this.time.value = this.#from;
  }

  async play(): Promise<void> {
    if (this.stage.value === "idle") await this.#open();
    if (this.stage.value === "broken") return;
    if (this.lead.ended) this.#jump(0);
    try {
      await this.lead.play();
    } catch (error) {
      // Not allowed without a press of somebody, or taken back by a pause: then it stands.
      if (!(error instanceof DOMException)) throw error;
    }
  }

  pause(): void {
    this.lead.pause();
  }

  toggle(): void {
    if (this.playing.value) this.pause();
    else void this.play();
  }

  seek(seconds: number): void {
    if (this.stage.value === "on") this.stirs.moved(this.time.value, this.#clamped(seconds));
    this.#jump(seconds);
  }

  #jump(seconds: number): void {
    const to = this.#clamped(seconds);
    this.seen.cut();
    this.time.value = to;
    if (this.stage.value === "idle" || this.stage.value === "loading") this.#from = to;
    if (this.stage.value === "idle") return;
    this.lead.currentTime = to;
    if (this.#second) this.second.currentTime = to;
    this.#tell("seek");
  }

  skip(seconds: number): void {
    this.seek(this.time.value + seconds);
  }

  /** Where the class is now. */
  goLive(): void {
    this.seek(this.#lead?.live ?? this.length.value - 3);
    void this.play();
  }

  choose(height: number | undefined): void {
    this.sizes.chosen.value = height;
    this.#lead?.choose(this.sizes.level("stage"));
    this.#second?.choose(this.sizes.level("screen"));
  }

  faster(way: 1 | -1): void {
    const at = RATES.findIndex((one) => one >= this.rate.value - 0.001);
    this.setRate(RATES[Math.max(0, Math.min(RATES.length - 1, at + way))] ?? 1);
  }

  setRate(rate: number): void {
    if (this.playing.value) this.stirs.rated(this.rate.value, rate, this.time.value);
    this.rate.value = rate;
  }

  playOnly(spans: Span[]): void {
    this.keepTo(spans);
    const [first] = spans;
    if (first) this.#jump(first[0]);
    void this.play();
  }

  /** Only these are played from now on. How long it is may be known better once it plays. */
  keepTo(spans: readonly Span[]): void {
    const end = this.length.value;
    this.only.value = spans.map(
      ([from, to]): Span => [from, to < end ? to : Number.POSITIVE_INFINITY],
    );
  }

  /** The recording has ended, or is longer than we knew. */
  know(seconds: number, grows: boolean): void {
    this.grows.value = grows;
    this.length.value = grows ? Math.max(this.length.value, seconds) : seconds;
  }

  /** A second picture is there, or not any more. */
  see(views: Record<View, Span[]>): void {
    this.views.value = views;
    if (this.stage.value === "on") void this.#openSecond();
  }

  /** There is a better source now; whoever plays already goes on with what there was. */
  offer(source: Source): void {
    if (this.stage.value !== "idle" && this.stage.value !== "broken") return;
    this.#lead?.close();
    this.#lead = undefined;
    this.source = source;
    this.broken.value = undefined;
    this.stage.value = "idle";
  }

  close(): void {
    clearInterval(this.#timer);
    this.#lead?.close();
    this.#second?.close();
  }

  // --- streams ------------------------------------------------------------------------------
  async #open(): Promise<void> {
    this.stage.value = "loading";
    try {
      const { Stream } = await import("../../streams/stream.ts");
      const { plain } = this.source;
      if (!Stream.possible && !plain && !playsLists(this.lead)) {
        this.#break("old");
        return;
      }
      const given = { silent: false, from: this.#from, news: this.#news() };
      this.#lead =
        plain || !Stream.possible
          ? new Plain(this.lead, plain ?? this.#url("stage"), given)
          : new Stream(this.lead, this.#url("stage"), given);
    } catch {
      this.stage.value = "idle";
      this.away.value = true;
      return;
    }
    this.stage.value = "on";
    this.#timer = setInterval(() => this.#look(), LOOK * 1000);
    await this.#openSecond();
  }

  async #openSecond(): Promise<void> {
    if (this.#second || (this.views.value?.screen.length ?? 0) === 0) return;
    const { Stream } = await import("../../streams/stream.ts");
    if (this.#second) return;
    const given = {
      silent: true,
      from: this.time.value,
      news: {
        onRungs: (rungs: Rung[]) => {
          this.sizes.told("screen", rungs);
          if (this.sizes.chosen.value) this.#second?.choose(this.sizes.level("screen"));
        },
        onAway: () => undefined,
        onBroken: () => undefined,
      },
    };
    this.#second = Stream.possible
      ? new Stream(this.second, this.#url("screen"), given)
      : new Plain(this.second, this.#url("screen"), given);
  }

  #news(): StreamNews {
    return {
      onRungs: (rungs) => this.sizes.told("stage", rungs),
      onAway: (away) => {
        this.away.value = away;
      },
      onBroken: (what) => this.#break(what),
    };
  }

  #break(what: Broken): void {
    this.broken.value = what;
    this.stage.value = "broken";
    this.lead.pause();
  }

  retry(): void {
    this.away.value = false;
    this.#lead?.retry();
    this.#second?.retry();
    if (this.stage.value === "idle") void this.play();
  }

  #url(view: View): string {
    const query = view === "stage" ? "" : `?view=${view}`;
    return `${this.source.path}/hls/master.m3u8${query}`;
  }

  // --- time ---------------------------------------------------------------------------------
  #listen(): void {
    const { lead } = this;
    lead.addEventListener("play", () => {
      this.playing.value = true;
    });
    lead.addEventListener("pause", () => {
      this.playing.value = false;
      this.#moved();
      if (!lead.seeking) this.seen.at(lead.currentTime);
      this.seen.cut();
      this.second.pause();
      this.#tell("pause");
    });
    lead.addEventListener("timeupdate", () => this.#moved());
    lead.addEventListener("seeking", () => this.seen.cut());
    lead.addEventListener("waiting", () => {
      this.waiting.value = true;
    });
    for (const name of ["playing", "canplay", "seeked"] as const) {
      lead.addEventListener(name, () => {
        this.waiting.value = false;
      });
    }
    lead.addEventListener("playing", () => {
      if (!lead.seeking) this.seen.at(lead.currentTime);
    });
    lead.addEventListener("durationchange", () => {
      if (Number.isFinite(lead.duration) && !this.grows.value) this.length.value = lead.duration;
    });
    lead.addEventListener("ended", () => {
      this.only.value = undefined;
      this.#tell("end");
    });
  }

  #moved(): void {
    const at = this.lead.currentTime;
    if (this.lead.seeking || this.lead.readyState < 2) return;
    if (!this.lead.paused) {
      this.seen.at(at);
      this.stirs.played();
    }
    this.time.value = at;
    const reach = this.#lead?.length;
    if (this.grows.value && reach !== undefined) {
      this.length.value = Math.max(this.length.value, reach);
    }
    this.#stayWithin(at);
  }

  /** While only some of it is played, the rest is stepped over. */
  #stayWithin(at: number): void {
    const only = this.only.value;
    if (!only || has(only, at)) return;
    const next = only.find(([start]) => start > at);
    if (next) {
      this.#jump(next[0]);
    } else {
      this.only.value = undefined;
      this.pause();
    }
  }

  #look(): void {
    if (!this.#second) return;
    const { lead, second } = this;
    if (!this.shown.value.screen) {
      second.pause();
      return;
    }
    const step = follow(
      { time: lead.currentTime, rate: this.rate.value, ready: lead.readyState >= 2 },
      { time: second.currentTime, rate: second.playbackRate, ready: second.readyState >= 3 },
    );
    if (step.jump !== undefined && !second.seeking) second.currentTime = step.jump;
    if (second.playbackRate !== step.rate) second.playbackRate = Math.min(step.rate, 4);
    const runs = !lead.paused && lead.readyState >= 3;
    if (runs && second.paused) void second.play().catch(() => undefined);
    if (!runs && !second.paused) second.pause();
  }

  /** s between the two, for those who measure. */
  get drift(): number {
    return this.lead.currentTime - this.second.currentTime;
  }

  #clamped(seconds: number): number {
    return Math.max(0, Math.min(seconds, Math.max(this.length.value - 0.1, 0)));
  }

  #tell(what: "pause" | "seek" | "end"): void {
    for (const told of this.#on) told(what);
  }
}

function picture(silent: boolean): HTMLVideoElement {
  const video = document.createElement("video");
  video.playsInline = true;
  video.preload = "auto";
  video.muted = silent;
  video.disablePictureInPicture = silent;
  // It is played and stopped by our own buttons, which have names.
  video.tabIndex = -1;
  return video;
}

/** Phones without Media Source Extensions play HLS by themselves. */
function playsLists(video: HTMLVideoElement): boolean {
  return video.canPlayType("application/vnd.apple.mpegurl") !== "";
}

/** What begins or ends within a blink is there; a camera needs a moment at the very beginning. */
function nearly(spans: readonly Span[], at: number): boolean {
  return spans.some(([start, end]) => (start < 3 ? 0 : start - 0.3) <= at && at < end + 0.3);
}
