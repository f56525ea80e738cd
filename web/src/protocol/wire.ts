/** What is said about a class over the socket; the shapes of docs/PROTOCOL.md. */
import type { types } from "mediasoup-client";
import type { TalkEvent, TalkSnapshot } from "./talk-wire.ts";

export type Source = "microphone" | "camera" | "screen" | "screen_audio";

/** Hosts and co-hosts are staff. */
export type Role = "host" | "cohost" | "member";

export interface Participant {
  id: string;
  user_id: string;
  name: string;
  role: Role;
  joined_at: string;
  hand_at: string | null;
  connection: "live" | "away";
  /** Came by a link, without an account. */
  guest: boolean;
}

export interface Track {
  id: string;
  participant_id: string;
  kind: "audio" | "video";
  source: Source;
  paused: boolean;
  muted_by_staff: boolean;
}

export interface Meeting {
  id: string;
  room_id: string;
  title: string;
  started_at: string;
}

export type Codecs = Partial<Record<Source, string>>;

export interface Rights {
  publish: Source[];
  /** Staff: mute, lock, let in and remove. */
  moderate: boolean;
  /** Also end the class and choose co-hosts. */
  host: boolean;
}

/** What is locked beside the sources, for all but staff. */
export interface Locks {
  entry: boolean;
  chat: boolean;
  private_chat: boolean;
}

export type Lockable = keyof Locks | "microphone" | "camera" | "screen";

/** Somebody outside: who waits to be let in, or is kept out. */
export interface Outsider {
  person: string;
  name: string;
  guest: boolean;
  since: string;
}

export interface Door {
  waiting: Outsider[];
  kept_out: Outsider[];
}

/** Somebody asks to turn this on. */
export interface AskedNews {
  source: "microphone" | "camera";
  by: string;
}

/** Whom we asked, would rather not. */
export interface NotNowNews {
  participant: string;
  source: "microphone" | "camera";
}

export interface WaitOverNews {
  room: string;
  answer: "admitted" | "declined" | "over";
}

/** How somebody left, and how a class ended. */
export type Parting = "left" | "lost" | "removed" | "signed_out" | "not_allowed";
/** Whether what happens in a class is kept. */
export type Recorded = "off" | "on" | "paused";
export type Ending = "ended" | "empty" | "closed" | "lost";

/** One step of a meeting. Each has the number after that of the one before. */
export type RoomEvent = { seq: number; at: string } & (
  | { type: "participant_joined" | "participant_changed"; participant: Participant }
  | { type: "participant_left"; participant_id: string; how: Parting }
  | { type: "hand"; participant_id: string; hand_at: string | null }
  | { type: "track_started" | "track_changed"; track: Track }
  | { type: "track_ended"; track_id: string; participant_id: string }
  | { type: "sources_changed"; member_sources: Source[] }
  | { type: "locks_changed"; locks: Locks }
  | { type: "pin_changed"; pinned: string | null }
  | { type: "recording"; recording: Recorded }
  | { type: "server_stops"; by: string }
  | TalkEvent
  | { type: "meeting_ended"; how: Ending }
);

export interface RoomNews {
  meeting: string;
  events: RoomEvent[];
}

export interface Joined {
  meeting: Meeting;
  me: Participant;
  participants: Participant[];
  tracks: Track[];
  seq: number;
  resume_token: string;
  resumed: boolean;
  missed: RoomEvent[];
  capabilities: types.RtpCapabilities;
  /** In which codec a camera and a screen are sent, until `media.codec` says otherwise. */
  codecs: Codecs;
  ice_servers: RTCIceServer[];
  rights: Rights;
  recording: Recorded;
  talk: TalkSnapshot;
  member_sources: Source[];
  locks: Locks;
  pinned: string | null;
  door: Door | null;
}

export interface TransportOffer {
  id: string;
  ice_parameters: types.IceParameters;
  ice_candidates: types.IceCandidate[];
  dtls_parameters: types.DtlsParameters;
}

export interface IceOffer {
  ice_parameters: types.IceParameters;
  ice_candidates: types.IceCandidate[];
}

export interface Consumed {
  id: string;
  track: string;
  kind: "audio" | "video";
  rtp_parameters: types.RtpParameters;
}

export interface Speaking {
  meeting: string;
  active: string | null;
  speaking: string[];
}

/** Why a picture is not as good as it could be; empty when it is. */
export type LayerReason = "" | "network" | "paused" | "gone";

export interface LayerNews {
  consumer: string;
  layer: number;
  reason: LayerReason;
}

export interface WantedNews {
  track: string;
  layers: boolean[];
}

/** Somebody cannot decode what is sent: send this instead. */
export interface CodecNews {
  source: Source;
  mime: string;
  replaces: string;
}
