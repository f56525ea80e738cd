/** Who is in a meeting and what they send, step by step. Pure. */
import type {
  Ending,
  Joined,
  Locks,
  Participant,
  Recorded,
  RoomEvent,
  Source,
  Track,
} from "./wire.ts";

export interface Roster {
  readonly seq: number;
  readonly participants: ReadonlyMap<string, Participant>;
  readonly tracks: ReadonlyMap<string, Track>;
  /** What members may send. */
  readonly memberSources: readonly Source[];
  readonly locks: Locks;
  /** The account of whom staff keep large for everybody. */
  readonly pinned: string | null;
  readonly recording: Recorded;
  /** How the meeting ended; absent while it goes on. */
  readonly ended?: Ending;
}

const OPEN: Locks = { entry: false, chat: false, private_chat: false };

export const EMPTY: Roster = {
  seq: 0,
  participants: new Map(),
  tracks: new Map(),
  memberSources: [],
  locks: OPEN,
  pinned: null,
  recording: "off",
};

export function fromSnapshot(joined: Joined): Roster {
  const { seq, member_sources: memberSources, locks, pinned, recording } = joined;
  const [participants, tracks] = [byId(joined.participants), byId(joined.tracks)];
  return { seq, participants, tracks, memberSources, locks, pinned, recording };
}

/** What was seen already changes nothing; a step that was missed gives `undefined`: ask anew. */
export function after(roster: Roster, events: readonly RoomEvent[]): Roster | undefined {
  let now = roster;
  for (const event of events) {
    if (event.seq <= now.seq) continue;
    if (event.seq !== now.seq + 1) return undefined;
    now = { ...step(now, event), seq: event.seq };
  }
  return now;
}

function step(roster: Roster, event: RoomEvent): Roster {
  switch (event.type) {
    case "participant_joined":
    case "participant_changed":
      return { ...roster, participants: put(roster.participants, event.participant) };
    case "participant_left":
      return gone(roster, event.participant_id);
    case "hand":
      return hand(roster, event.participant_id, event.hand_at);
    case "track_started":
    case "track_changed":
      return { ...roster, tracks: put(roster.tracks, event.track) };
    case "track_ended":
      return { ...roster, tracks: without(roster.tracks, event.track_id) };
    case "sources_changed":
      return { ...roster, memberSources: event.member_sources };
    case "locks_changed":
      return { ...roster, locks: event.locks };
    case "pin_changed":
      return { ...roster, pinned: event.pinned };
    case "recording":
      return { ...roster, recording: event.recording };
    case "meeting_ended":
      return { ...roster, ended: event.how };
    default:
      return roster; // a newer server tells of things that this page does not know
  }
}

function gone(roster: Roster, id: string): Roster {
  const kept = [...roster.tracks].filter(([, track]) => track.participant_id !== id);
  const participants = without(roster.participants, id);
  return { ...roster, participants, tracks: new Map(kept) };
}

function hand(roster: Roster, id: string, handAt: string | null): Roster {
  const found = roster.participants.get(id);
  if (!found) return roster;
  return { ...roster, participants: put(roster.participants, { ...found, hand_at: handAt }) };
}

function byId<T extends { id: string }>(things: readonly T[]): Map<string, T> {
  return new Map(things.map((thing) => [thing.id, thing]));
}

function put<T extends { id: string }>(all: ReadonlyMap<string, T>, one: T): Map<string, T> {
  return new Map(all).set(one.id, one);
}

function without<T>(all: ReadonlyMap<string, T>, id: string): Map<string, T> {
  const rest = new Map(all);
  rest.delete(id);
  return rest;
}
