/** Sending and receiving in one meeting: two connections to the server, and the tracks on them. */
import { Device, type types } from "mediasoup-client";
import type { Live } from "./socket.ts";
import type { Consumed, IceOffer, Source, TransportOffer, WantedNews } from "./wire.ts";

/** Milliseconds that a broken connection has to mend itself before it is helped. */
const PATIENCE = 1_500;

export interface MediaOptions {
  live: Live;
  capabilities: types.RtpCapabilities;
  iceServers: RTCIceServer[];
  /** Says how sending and receiving do. */
  onState?: (state: MediaState) => void;
}

export type MediaState = "new" | "connecting" | "connected" | "disconnected" | "failed";

export interface Sent {
  id: string;
  source: Source;
  /** Stop sending for a while; nothing is agreed anew. */
  pause(paused: boolean): Promise<void>;
  replace(track: MediaStreamTrack): Promise<void>;
  close(): Promise<void>;
}

export interface Received {
  id: string;
  track: MediaStreamTrack;
  /** How large it is shown, in pixels of the screen, so that no more than that is sent. */
  prefer(size: { width: number; height: number; pinned?: boolean }): Promise<void>;
  pause(paused: boolean): Promise<void>;
  close(): Promise<void>;
  stats(): Promise<RTCStatsReport>;
}

export class Media {
  readonly #options: MediaOptions;
  readonly #producers = new Map<string, types.Producer>();
  readonly #offs: (() => void)[] = [];
  #device: Promise<Device> | undefined;
  #send: Promise<types.Transport> | undefined;
  #receive: Promise<types.Transport> | undefined;
  #closed = false;

  constructor(options: MediaOptions) {
    this.#options = options;
    this.#offs.push(
      options.live.on<WantedNews>("media.wanted", (news) => void this.#send_only(news)),
    );
  }

  async publish(track: MediaStreamTrack, source: Source): Promise<Sent> {
    const transport = await this.#sending();
    const device = await this.#loaded();
    const producer = await transport.produce({
      track,
      stopTracks: false,
      disableTrackOnPause: true,
      zeroRtpOnPause: true,
      appData: { source },
      ...howToSend(device, track, source),
    });
    this.#producers.set(producer.id, producer);
    return this.#sent(producer, source);
  }

  /** The picture comes once `prefer` was never called with its full size, else as it is shown. */
  async subscribe(trackId: string): Promise<Received> {
    const transport = await this.#receiving();
    const device = await this.#loaded();
    const offer = await this.#call<Consumed>("media.consume", {
      transport: transport.id,
      track: trackId,
      rtp_capabilities: device.recvRtpCapabilities,
    });
    const consumer = await transport.consume({
      id: offer.id,
      producerId: offer.track,
      kind: offer.kind,
      rtpParameters: offer.rtp_parameters,
    });
    await this.#call("media.resume", { consumer: consumer.id });
    return this.#received(consumer);
  }

  /** The way to the server has changed, or the socket was away: find it anew, keep everything. */
  async restart(): Promise<void> {
    const transports = await Promise.all([this.#send, this.#receive]);
    await Promise.all(transports.map((one) => (one ? this.#restart(one) : undefined)));
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const off of this.#offs) off();
    for (const transport of [this.#send, this.#receive]) {
      void transport?.then((one) => one.close()).catch(() => undefined);
    }
  }

  #sent(producer: types.Producer, source: Source): Sent {
    const end = () => {
      this.#producers.delete(producer.id);
      producer.close();
    };
    return {
      id: producer.id,
      source,
      pause: async (paused) => {
        paused ? producer.pause() : producer.resume();
        await this.#call("media.pause", { track: producer.id, paused });
      },
      replace: (track) => producer.replaceTrack({ track }),
      close: async () => {
        end();
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

  #loaded(): Promise<Device> {
    this.#device ??= (async () => {
      const device = await Device.factory();
      await device.load({ routerRtpCapabilities: this.#options.capabilities });
      return device;
    })();
    return this.#device;
  }

  #sending(): Promise<types.Transport> {
    this.#send ??= this.#transport("send");
    return this.#send;
  }

  #receiving(): Promise<types.Transport> {
    this.#receive ??= this.#transport("recv");
    return this.#receive;
  }

  async #transport(direction: "send" | "recv"): Promise<types.Transport> {
    const device = await this.#loaded();
    const offer = await this.#call<TransportOffer>("media.transport", { direction });
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
    this.#follow(transport);
    return transport;
  }

  #follow(transport: types.Transport): void {
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
    transport.on("connectionstatechange", (state) => this.#changed(transport, state));
  }

  #changed(transport: types.Transport, state: types.ConnectionState): void {
    if (state !== "closed") this.#options.onState?.(state);
    if (state === "failed") void this.#restart(transport);
    if (state !== "disconnected") return;
    setTimeout(() => {
      if (transport.connectionState === "disconnected") void this.#restart(transport);
    }, PATIENCE);
  }

  async #restart(transport: types.Transport): Promise<void> {
    if (this.#closed || transport.closed || transport.connectionState === "new") return;
    try {
      const offer = await this.#call<IceOffer>("media.restart_ice", { transport: transport.id });
      await transport.restartIce({ iceParameters: offer.ice_parameters });
    } catch {
      // The socket is away too, or the transport is gone: whoever resumes the meeting goes on.
    }
  }

  /** The server asks for nothing that nobody watches. */
  async #send_only({ track, layers }: WantedNews): Promise<void> {
    const sender = this.#producers.get(track)?.rtpSender;
    if (!sender) return;
    const parameters = sender.getParameters();
    parameters.encodings.forEach((encoding, index) => {
      encoding.active = layers[index] ?? true;
    });
    await sender.setParameters(parameters).catch(() => undefined);
  }

  #call<T>(event: string, body: unknown): Promise<T> {
    return this.#options.live.call<T>(event, body);
  }
}

type How = Pick<types.ProducerOptions, "encodings" | "codec" | "codecOptions">;

/** Cameras in three sizes, so that each viewer gets what fits; screens in one, sharp. */
function howToSend(device: Device, track: MediaStreamTrack, source: Source): How {
  if (track.kind === "audio") return { codecOptions: AUDIO[source] ?? {} };
  if (source === "screen") {
    const codec = codecOf(device, "video/VP8");
    return { encodings: [{ maxBitrate: 2_500_000 }], codecOptions: START, ...(codec && { codec }) };
  }
  return { encodings: layersFor(track), codecOptions: START };
}

const START = { videoGoogleStartBitrate: 1_500 };

const AUDIO: Partial<Record<Source, types.ProducerCodecOptions>> = {
  microphone: { opusDtx: true, opusFec: true, opusStereo: false },
  screen_audio: { opusDtx: false, opusFec: true, opusStereo: true, opusMaxAverageBitrate: 128_000 },
};

const LAYERS = [
  { scaleResolutionDownBy: 4, maxBitrate: 200_000 },
  { scaleResolutionDownBy: 2, maxBitrate: 600_000 },
  { scaleResolutionDownBy: 1, maxBitrate: 1_700_000 },
];

/** A small camera has fewer layers: below a quarter of 640 nobody recognises a face. */
function layersFor(track: MediaStreamTrack): types.RtpEncodingParameters[] {
  const { width = 1280, height = 720 } = track.getSettings();
  const side = Math.max(width, height);
  return side >= 960 ? LAYERS : side >= 480 ? LAYERS.slice(1) : LAYERS.slice(2);
}

function codecOf(device: Device, mimeType: string): types.RtpCodecCapability | undefined {
  return device.sendRtpCapabilities.codecs?.find((codec) => codec.mimeType === mimeType);
}
