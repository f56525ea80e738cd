/** A server of classes as far as a client sees it, and people and tracks for it. */

import { Device, type types } from "mediasoup-client";
import * as fake from "mediasoup-client/fakeParameters";
import { FakeHandler } from "mediasoup-client/handlers/FakeHandler";
import { Refused } from "../src/protocol/problem.ts";
import type { Live, LiveState } from "../src/protocol/socket.ts";
import type { Joined, Participant, Track } from "../src/protocol/wire.ts";

type Answer = (body: never) => unknown;

/** As much of `Live` as a room uses. What is not prepared is answered with nothing. */
export class Server {
  state: LiveState = "open";
  readonly sent: [string, Record<string, unknown>][] = [];
  readonly answers: Record<string, Answer> = {};
  readonly #news = new Map<string, Set<(payload: unknown) => void>>();
  readonly #states = new Set<(state: LiveState) => void>();

  get live(): Live {
    return this as unknown as Live;
  }

  on(news: string, listener: (payload: unknown) => void): () => void {
    const all = this.#news.get(news) ?? new Set();
    this.#news.set(news, all.add(listener));
    return () => all.delete(listener);
  }

  onState(listener: (state: LiveState) => void): () => void {
    this.#states.add(listener);
    return () => this.#states.delete(listener);
  }

  async call(event: string, body: Record<string, unknown>): Promise<unknown> {
    this.sent.push([event, body]);
    return this.answers[event]?.(body as never) ?? {};
  }

  tell(news: string, payload: unknown): void {
    for (const listener of this.#news.get(news) ?? []) listener(payload);
  }

  become(state: LiveState): void {
    this.state = state;
    for (const listener of this.#states) listener(state);
  }

  /** The bodies of one event, in the order in which they came. */
  of(event: string): Record<string, unknown>[] {
    return this.sent.filter(([name]) => name === event).map(([, body]) => body);
  }
}

export function refused(code: string, retryAfter?: number): Refused {
  return new Refused({ type: "", title: "No.", status: 0, code }, retryAfter);
}

export function throws(error: unknown): Answer {
  return () => {
    throw error;
  };
}

export function participant(id: string, more: Partial<Participant> = {}): Participant {
  return {
    id,
    user_id: `user-${id}`,
    name: `${id} Somebody`,
    role: "member",
    joined_at: "2026-03-12T18:00:00Z",
    hand_at: null,
    connection: "live",
    guest: false,
    ...more,
  };
}

export function track(id: string, of: string, more: Partial<Track> = {}): Track {
  return {
    id,
    participant_id: of,
    kind: "video",
    source: "camera",
    paused: false,
    muted_by_staff: false,
    ...more,
  };
}

export function joined(more: Partial<Joined> = {}): Joined {
  return {
    meeting: { id: "m1", room_id: "r1", title: "Algebra", started_at: "2026-03-12T18:00:00Z" },
    me: participant("me"),
    participants: [participant("me")],
    tracks: [],
    seq: 1,
    resume_token: "token-of-the-first",
    resumed: false,
    missed: [],
    capabilities: fake.generateRouterRtpCapabilities() as types.RtpCapabilities,
    codecs: { camera: "video/H264", screen: "video/VP8" },
    ice_servers: [],
    rights: { publish: ["microphone", "camera"], moderate: false, host: false },
    member_sources: ["microphone", "camera"],
    locks: { entry: false, chat: false, private_chat: false },
    pinned: null,
    door: null,
    recording: "off",
    talk: { messages: [], more: false, polls: [], answers: [], lost: null },
    ...more,
  };
}

/** A browser without media: it agrees on everything, and nothing flows. */
export function device(): Promise<types.Device> {
  return Device.factory({ handlerFactory: FakeHandler.createFactory(fake) });
}

/** A microphone or camera of nobody. */
class LocalTrack extends EventTarget {
  static #made = 0;
  readonly id = `local-${++LocalTrack.#made}`;
  readonly label = "A device";
  readonly kind: string;
  enabled = true;
  readyState = "live";

  constructor(kind: string) {
    super();
    this.kind = kind;
  }

  getSettings(): MediaTrackSettings {
    return { width: 1280, height: 720 };
  }

  stop(): void {
    this.readyState = "ended";
  }
}

export function localTrack(kind: "audio" | "video"): MediaStreamTrack {
  return new LocalTrack(kind) as unknown as MediaStreamTrack;
}

/** The media events, answered as a server answers them. */
export function withMedia(server: Server): Server {
  let made = 0;
  const transport = () => {
    const { id, ...rest } = fake.generateTransportRemoteParameters();
    return {
      id,
      ice_parameters: rest.iceParameters,
      ice_candidates: rest.iceCandidates,
      dtls_parameters: rest.dtlsParameters,
    };
  };
  server.answers["media.transport"] = transport;
  server.answers["media.restart_ice"] = transport;
  server.answers["media.produce"] = () => ({ id: `own-${++made}` });
  server.answers["media.consume"] = ({ track }: { track: string }) => {
    const codecMimeType = track.startsWith("sound") ? "audio/opus" : "video/VP8";
    const { id, kind, rtpParameters } = fake.generateConsumerRemoteParameters({ codecMimeType });
    return { id, track, kind, rtp_parameters: rtpParameters, paused: true };
  };
  return server;
}
