/** Sending and receiving in one meeting: two connections to the server, and the tracks on them. */
import { Device, type types } from "mediasoup-client";
import { Line, type MediaState } from "./line.ts";
import { Refused } from "./problem.ts";
import { howToSend } from "./quality.ts";
import type { Live } from "./socket.ts";
import type {
  CodecNews,
  Codecs,
  Consumed,
  IceOffer,
  Source,
  TransportOffer,
  WantedNews,
} from "./wire.ts";

export type { MediaState } from "./line.ts";

export interface MediaOptions {
  live: Live;
  capabilities: types.RtpCapabilities;
  codecs: Codecs;
  iceServers: RTCIceServer[];
  /** What can send and receive here; by itself the browser. */
  device?: () => Promise<types.Device>;
  /** How sending and receiving do, the worse of both. */
  onState?: (state: MediaState) => void;
  /** The server knows a connection no more: nothing goes on unless one joins anew. */
  onLost?: () => void;
}

export interface Sent {
  readonly id: string;
  readonly source: Source;
  /** Stop sending for a while; nothing is agreed anew. */
  pause(paused: boolean): Promise<void>;
  /** Send this instead; nothing at all with `null`. */
  replace(track: MediaStreamTrack | null): Promise<void>;
  close(): Promise<void>;
}

export interface Received {
  readonly id: string;
  readonly track: MediaStreamTrack;
  /** How large it is shown, in pixels of the screen, so that no more than that is sent. */
  prefer(size: { width: number; height: number; pinned?: boolean }): Promise<void>;
  pause(paused: boolean): Promise<void>;
  close(): Promise<void>;
  stats(): Promise<RTCStatsReport>;
}

type Direction = "send" | "recv";

/** Milliseconds for the answer that a way back hangs on; a line that takes longer is none. */
const ANSWERED_WITHIN = 3_000;

export class Media {
  readonly #options: MediaOptions;
  readonly #producers = new Map<string, types.Producer>();
  /** Layers that are watched, newest news; a track's may come before its own id. */
  readonly #wanted = new Map<string, boolean[]>();
  readonly #lines = new Map<Direction, Promise<Line>>();
  readonly #states = new Map<Direction, MediaState>();
  readonly #offs: (() => void)[] = [];
  readonly #replacing = new Set<(trackId: string) => void>();
  #device: Promise<types.Device> | undefined;
  #codecs: Codecs;
  #closed = false;

  constructor(options: MediaOptions) {
    this.#options = options;
    this.#codecs = options.codecs;
    this.#offs.push(
      options.live.on<WantedNews>("media.wanted", (news) => this.#want(news)),
      options.live.on<CodecNews>("media.codec", (news) => this.#replace(news)),
    );
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** Somebody cannot decode this track of ours: publish it anew, it is sent in another codec then. */
  onReplace(listener: (trackId: string) => void): () => void {
    this.#replacing.add(listener);
    return () => this.#replacing.delete(listener);
  }

  async publish(track: MediaStreamTrack, source: Source): Promise<Sent> {
    const { transport } = await this.#line("send");
    const device = await this.#loaded();
    const producer = await transport.produce({
      track,
      stopTracks: false,
      // We switch it off ourselves: one that is replaced while it is off must not come on again.
      disableTrackOnPause: false,
      appData: { source },
      ...howToSend(device, track, source, this.#codecs[source]),
    });
    this.#producers.set(producer.id, producer);
    void this.#sendOnlyWanted(producer.id);
    return this.#sent(producer, source);
  }

  /** Flows from the start; say with `prefer` how large it is shown. */
  async subscribe(trackId: string): Promise<Received> {
    const { transport } = await this.#line("recv");
    const device = await this.#loaded();
    const offer = await this.#call<Consumed>("media.consume", {
      transport: transport.id,
      track: trackId,
      rtp_capabilities: device.recvRtpCapabilities,
    });
    let consumer: types.Consumer | undefined;
    try {
      consumer = await transport.consume({
        id: offer.id,
        producerId: offer.track,
        kind: offer.kind,
        rtpParameters: offer.rtp_parameters,
      });
      await this.#call("media.resume", { consumer: offer.id });
    } catch (error) {
      // Half of it is of no use: the next attempt begins from nothing.
      consumer?.close();
      this.#call("media.unsubscribe", { consumer: offer.id }).catch(() => undefined);
      throw error;
    }
    return this.#received(consumer);
  }

  /** The way to the server has changed, or the socket was away: find it anew, keep everything. */
  async restart(): Promise<void> {
    const lines = await Promise.allSettled(this.#lines.values());
    await Promise.all(
      lines.map((line) => (line.status === "fulfilled" ? line.value.restart() : undefined)),
    );
  }

  /** Helps at once whatever is broken, and leaves alone what works. */
  mend(): void {
    if ([...this.#states.values()].some((state) => BROKEN.has(state))) void this.restart();
  }

  /** What the browser counted on each connection that there is. */
  async stats(): Promise<RTCStatsReport[]> {
    const lines = await Promise.allSettled(this.#lines.values());
    const open = lines.flatMap((line) => (line.status === "fulfilled" ? [line.value] : []));
    return Promise.all(open.map(({ transport }) => transport.getStats()));
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const off of this.#offs) off();
    for (const line of this.#lines.values()) line.then((one) => one.close()).catch(() => undefined);
  }

  #sent(producer: types.Producer, source: Source): Sent {
    return {
      id: producer.id,
      source,
      pause: async (paused) => {
        if (producer.track) producer.track.enabled = !paused;
        paused ? producer.pause() : producer.resume();
        await this.#call("media.pause", { track: producer.id, paused });
      },
      replace: (track) => producer.replaceTrack({ track }),
      close: async () => {
        this.#producers.delete(producer.id);
        this.#wanted.delete(producer.id);
        producer.close();
        await this.#call("media.unpublish", { track: producer.id });
      },
    };
  }

  #received(consumer: types.Consumer): Received {
    return {
      id: consumer.id,
      track: consumer.track,
      prefer: async ({ width, height, pinned = false }) => {
        const priority = pinned ? "pinned" : "normal";
        await this.#call("media.prefer", { consumer: consumer.id, width, height, priority });
      },
      pause: async (paused) => {
        await this.#call(paused ? "media.hold" : "media.resume", { consumer: consumer.id });
      },
      close: async () => {
        consumer.close();
        await this.#call("media.unsubscribe", { consumer: consumer.id });
      },
      stats: () => consumer.getStats(),
    };
  }

  #loaded(): Promise<types.Device> {
    this.#device ??= (async () => {
      const device = await (this.#options.device ?? Device.factory)();
      if (!device.loaded) await device.load({ routerRtpCapabilities: this.#options.capabilities });
      return device;
    })();
    return this.#device;
  }

  /** Made when it is needed first; what failed is made anew by the next who needs it. */
  #line(direction: Direction): Promise<Line> {
    const there = this.#lines.get(direction);
    if (there) return there;
    const made = this.#made(direction);
    this.#lines.set(direction, made);
    made.catch(() => this.#lines.delete(direction));
    return made;
  }

  async #made(direction: Direction): Promise<Line> {
    const device = await this.#loaded();
    const offer = await this.#call<TransportOffer>("media.transport", { direction });
    if (this.#closed) throw new Error("closed");
    const options: types.TransportOptions = {
      id: offer.id,
      iceParameters: offer.ice_parameters,
      iceCandidates: offer.ice_candidates,
      dtlsParameters: offer.dtls_parameters,
      iceServers: this.#options.iceServers,
    };
    const transport =
      direction === "send"
        ? device.createSendTransport(options)
        : device.createRecvTransport(options);
    this.#agree(transport);
    return new Line(transport, {
      renew: () =>
        this.#options.live.call<IceOffer>(
          "media.restart_ice",
          { transport: transport.id },
          ANSWERED_WITHIN,
        ),
      onState: (state) => this.#changed(direction, state),
      onLost: () => this.#options.onLost?.(),
      onSilence: () => {
        if (this.#options.live.state === "open") this.#options.live.renew();
      },
    });
  }

  #agree(transport: types.Transport): void {
    transport.on("connect", ({ dtlsParameters }, done, failed) => {
      this.#call("media.connect", {
        transport: transport.id,
        dtls_parameters: dtlsParameters,
      }).then(() => done(), failed);
    });
    transport.on("produce", ({ kind, rtpParameters, appData }, done, failed) => {
      this.#call<{ id: string }>("media.produce", {
        transport: transport.id,
        kind,
        source: appData["source"],
        rtp_parameters: rtpParameters,
      }).then(done, failed);
    });
  }

  #changed(direction: Direction, state: MediaState): void {
    this.#states.set(direction, state);
    const worst = WORST_FIRST.find((one) => [...this.#states.values()].includes(one));
    if (worst && !this.#closed) this.#options.onState?.(worst);
  }

  #replace({ source, mime, replaces }: CodecNews): void {
    this.#codecs = { ...this.#codecs, [source]: mime };
    for (const listener of this.#replacing) listener(replaces);
  }

  #want({ track, layers }: WantedNews): void {
    this.#wanted.set(track, layers);
    void this.#sendOnlyWanted(track);
  }

  /** The browser need not encode what nobody watches. */
  async #sendOnlyWanted(trackId: string): Promise<void> {
    const sender = this.#producers.get(trackId)?.rtpSender;
    const layers = this.#wanted.get(trackId);
    if (!sender || !layers) return;
    const parameters = sender.getParameters();
    parameters.encodings.forEach((encoding, index) => {
      encoding.active = layers[index] ?? true;
    });
    try {
      await sender.setParameters(parameters);
    } catch {
      return; // it is being closed, or agreed anew; the next news bring it in order
    }
    // A browser takes one change at a time: what came meanwhile is still to be done.
    if (this.#wanted.get(trackId) !== layers) await this.#sendOnlyWanted(trackId);
  }

  #call<T>(event: string, body: unknown): Promise<T> {
    return this.#options.live.call<T>(event, body);
  }
}

const BROKEN: ReadonlySet<MediaState> = new Set<MediaState>(["failed", "disconnected"]);
const WORST_FIRST: MediaState[] = ["failed", "disconnected", "connecting", "new", "connected"];

/** Nothing that is tried again with the same means would succeed. */
export function cannotDecode(error: unknown): boolean {
  return error instanceof Refused && error.code === "cannot_consume";
}
