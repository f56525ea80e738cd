/** One picture of a recording, streamed by hls.js into a <video>. Loaded when somebody plays. */
import Hls, {
  type ErrorData,
  type HlsConfig,
  type Loader,
  type LoaderCallbacks,
  type LoaderConfiguration,
  type PlaylistLoaderContext,
} from "hls.js";
import { alone } from "./manifest.ts";

export interface Rung {
  /** As hls.js counts them. */
  level: number;
  height: number;
}

export interface StreamNews {
  onRungs(rungs: Rung[]): void;
  /** The network is away; we go on by ourselves when it is back. */
  onAway(away: boolean): void;
  /** Nothing helps: this browser cannot, or it is not there. */
  onBroken(what: "codec" | "missing" | "other"): void;
}

/** s between tries while the network is away. */
const AGAIN = 3;

export class Stream {
  readonly #hls: Hls;
  readonly #news: StreamNews;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #recovered = 0;

  constructor(
    video: HTMLVideoElement,
    url: string,
    options: { silent: boolean; from: number; news: StreamNews },
  ) {
    this.#news = options.news;
    this.#hls = new Hls(configOf(options.silent, options.from));
    this.#hls.on(Hls.Events.MANIFEST_PARSED, () => this.#news.onRungs(this.#rungs()));
    this.#hls.on(Hls.Events.FRAG_LOADED, () => this.#news.onAway(false));
    this.#hls.on(Hls.Events.ERROR, (_, data) => this.#failed(data));
    this.#hls.loadSource(url);
    this.#hls.attachMedia(video);
  }

  static get possible(): boolean {
    return Hls.isSupported();
  }

  /** undefined: whatever the line takes. */
  choose(level: number | undefined): void {
    this.#hls.nextLevel = level ?? -1;
  }

  /** Where "live" is; undefined where nothing comes any more. */
  get live(): number | undefined {
    const details = this.#hls.latestLevelDetails;
    if (!details?.live) return undefined;
    return this.#hls.liveSyncPosition ?? undefined;
  }

  /** How far it reaches. */
  get length(): number | undefined {
    return this.#hls.latestLevelDetails?.edge;
  }

  retry(): void {
    clearTimeout(this.#timer);
    this.#hls.startLoad();
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#hls.destroy();
  }

  #rungs(): Rung[] {
    const heights = new Map<number, Rung>();
    for (const [level, { height }] of this.#hls.levels.entries()) {
      if (height > 0 && !heights.has(height)) heights.set(height, { level, height });
    }
    return [...heights.values()].sort((a, b) => b.height - a.height);
  }

  #failed({ fatal, type, details, response }: ErrorData): void {
    if (details === Hls.ErrorDetails.MANIFEST_INCOMPATIBLE_CODECS_ERROR) {
      this.#news.onBroken("codec");
      return;
    }
    if (!fatal) return;
    if (type === Hls.ErrorTypes.NETWORK_ERROR) {
      const status = response?.code ?? 0;
      if (status >= 400 && status < 429) this.#news.onBroken("missing");
      else this.#tryAgain(details === Hls.ErrorDetails.MANIFEST_LOAD_ERROR);
    } else if (type === Hls.ErrorTypes.MEDIA_ERROR && this.#recovered < 3) {
      this.#recovered += 1;
      this.#hls.recoverMediaError();
    } else {
      this.#news.onBroken("other");
    }
  }

  #tryAgain(fromTheStart: boolean): void {
    this.#news.onAway(true);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      if (fromTheStart && this.#hls.url) this.#hls.loadSource(this.#hls.url);
      else this.#hls.startLoad();
    }, AGAIN * 1000);
  }
}

function configOf(silent: boolean, from: number): Partial<HlsConfig> {
  return {
    startPosition: from,
    lowLatencyMode: true,
    backBufferLength: 60,
    maxBufferLength: 30,
    capLevelToPlayerSize: true,
    // Beside a class that goes on nobody falls ever farther behind.
    maxLiveSyncPlaybackRate: 1,
    ...(silent && { pLoader: Silent }),
  };
}

const PlaylistLoader = Hls.DefaultConfig.loader as unknown as new (
  config: HlsConfig,
) => Loader<PlaylistLoaderContext>;

/** Of the second picture the sound is left out: it would be loaded and never heard. */
class Silent extends PlaylistLoader {
  override load(
    context: PlaylistLoaderContext,
    config: LoaderConfiguration,
    callbacks: LoaderCallbacks<PlaylistLoaderContext>,
  ): void {
    if (String(context.type) !== "manifest") {
      super.load(context, config, callbacks);
      return;
    }
    super.load(context, config, {
      ...callbacks,
      onSuccess: (response, ...rest) => {
        const data = typeof response.data === "string" ? alone(response.data) : response.data;
        callbacks.onSuccess({ ...response, data: data ?? "" }, ...rest);
      },
    });
  }
}
