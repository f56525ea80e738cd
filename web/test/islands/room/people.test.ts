import assert from "node:assert/strict";
import { test } from "node:test";
import { eventNotice } from "../../../src/islands/room/events.ts";
import {
  offered,
  peopleOf,
  pictured,
  selfOnFirstPage,
  silent,
} from "../../../src/islands/room/people.ts";
import { fromSnapshot } from "../../../src/protocol/roster.ts";
import type { RoomEvent } from "../../../src/protocol/wire.ts";
import { joined, participant, track } from "../../classroom.ts";

const minute = (m: number) => `2026-03-12T18:0${m}:00Z`;
const ROSTER = fromSnapshot(
  joined({
    participants: [
      participant("me", { joined_at: minute(0) }),
      participant("late", { joined_at: minute(5), hand_at: minute(6) }),
      participant("early", { joined_at: minute(1), hand_at: minute(7) }),
      participant("host", { joined_at: minute(9), role: "host" }),
    ],
    tracks: [
      track("c", "early"),
      track("m", "early", { kind: "audio", source: "microphone", paused: true }),
      track("own", "me"),
    ],
  }),
);

test("hosts come first, then by arrival, oneself last", () => {
  const order = peopleOf(ROSTER, "me").map(({ participant }) => participant.id);
  assert.deepEqual(order, ["host", "early", "late", "me"]);
});

test("where there are pages one is last on the first", () => {
  const shown = (each: number) =>
    selfOnFirstPage(peopleOf(ROSTER, "me"), each).map(({ participant }) => participant.id);
  assert.deepEqual(shown(2), ["host", "me", "early", "late"]);
  assert.deepEqual(shown(12), ["host", "early", "late", "me"]);
});

test("hands stand in the order in which they went up", () => {
  const hands = peopleOf(ROSTER, "me").map(({ hand }) => hand);
  assert.deepEqual(hands, [undefined, 2, 1, undefined]);
});

test("who sends no sound, or a paused one, is silent", () => {
  const [host, early] = peopleOf(ROSTER, "me");
  assert.ok(host && silent(host) && !pictured(host));
  assert.ok(early && silent(early) && pictured(early));
});

test("what one sends oneself is not received", () => {
  assert.deepEqual(
    offered(ROSTER, "me").map(({ id }) => id),
    ["c", "m"],
  );
});

const notice = (event: object, keys?: boolean) =>
  eventNotice({ seq: 9, at: minute(9), ...event } as RoomEvent, ROSTER, "me", keys);

test("what others do is worth a word, what one does oneself is not", () => {
  const raised = { type: "hand", hand_at: minute(9) };
  assert.equal(notice({ ...raised, participant_id: "early" })?.text, "early raised a hand");
  assert.equal(notice({ ...raised, participant_id: "me" }), undefined);
  assert.equal(notice({ ...raised, hand_at: null, participant_id: "early" }), undefined);
  const left = { type: "participant_left", how: "left" };
  assert.equal(notice({ ...left, participant_id: "late" })?.text, "late left");
});

test("who was muted hears how to go on, by a key where there are keys", () => {
  const own = track("x", "me", { source: "microphone", muted_by_staff: true, paused: true });
  const event = { type: "track_changed", track: own };
  assert.match(notice(event)?.text ?? "", /Press M/);
  assert.doesNotMatch(notice(event, false)?.text ?? "", /Press/);
  assert.equal(notice(event)?.urgent, true);
  const others = track("x", "late", { source: "microphone", muted_by_staff: true });
  assert.equal(notice({ type: "track_changed", track: others }), undefined);
});
