/** The people of a class as the page shows them: order, hands, what they send. Pure. */
import type { Roster } from "../../protocol/roster.ts";
import type { Participant, Source, Track } from "../../protocol/wire.ts";
import { t } from "../../text.ts";

export interface Person {
  participant: Participant;
  self: boolean;
  camera: Track | undefined;
  microphone: Track | undefined;
  screen: Track | undefined;
  /** Their place in the queue of hands, from 1. */
  hand: number | undefined;
}

/** Hosts first, then by arrival; oneself last. Nobody's place changes by what they do. */
export function peopleOf(roster: Roster, me: string): Person[] {
  const hands = queue(roster);
  const sent = bySender(roster);
  return [...roster.participants.values()]
    .sort((a, b) => rank(a, me) - rank(b, me) || a.joined_at.localeCompare(b.joined_at))
    .map((participant) => {
      const of = (source: Source) =>
        sent.get(participant.id)?.find((track) => track.source === source);
      return {
        participant,
        self: participant.id === me,
        camera: of("camera"),
        microphone: of("microphone"),
        screen: of("screen"),
        hand: hands.get(participant.id),
      };
    });
}

function rank({ id, role }: Participant, me: string): number {
  if (id === me) return 3;
  return { host: 0, cohost: 1, member: 2 }[role];
}

/** What somebody is here, in a word; nothing for most. */
export function roleOf({ role, guest }: { role: string; guest: boolean }): string | undefined {
  if (role === "host") return t("room.role.host");
  if (role === "cohost") return t("room.role.cohost");
  return guest ? t("room.role.guest") : undefined;
}

/** Whoever raised a hand first is first. */
export function queue({ participants }: Roster): Map<string, number> {
  const raised = [...participants.values()].filter(({ hand_at }) => hand_at !== null);
  raised.sort((a, b) => (a.hand_at ?? "").localeCompare(b.hand_at ?? ""));
  return new Map(raised.map(({ id }, index) => [id, index + 1]));
}

function bySender({ tracks }: Roster): Map<string, Track[]> {
  const all = new Map<string, Track[]>();
  for (const track of tracks.values()) {
    all.set(track.participant_id, [...(all.get(track.participant_id) ?? []), track]);
  }
  return all;
}

export function silent({ microphone }: Person): boolean {
  return !microphone || microphone.paused;
}

export function pictured({ camera }: Person): boolean {
  return camera !== undefined && !camera.paused;
}

/** Where there are pages one sees oneself last on the first, not far away at the end. */
export function selfOnFirstPage(people: readonly Person[], each: number): Person[] {
  const others = people.filter(({ self }) => !self);
  const own = people.filter(({ self }) => self);
  return [...others.slice(0, each - own.length), ...own, ...others.slice(each - own.length)];
}

/** Those who share a screen. */
export function shares(people: readonly Person[]): Person[] {
  return people.filter(({ screen }) => screen !== undefined);
}

/** What others send, for whoever receives it. */
export function offered(roster: Roster, me: string): Track[] {
  return [...roster.tracks.values()].filter((track) => track.participant_id !== me);
}

export function firstName(name: string): string {
  return name.split(/\s+/)[0] ?? name;
}
