import assert from "node:assert/strict";
import { test } from "node:test";
import { after, fromSnapshot, type Roster } from "../../src/protocol/roster.ts";
import type { RoomEvent } from "../../src/protocol/wire.ts";
import { joined, participant, track } from "../classroom.ts";

const AT = "2026-03-12T18:05:00Z";

function start(): Roster {
  return fromSnapshot(joined({ seq: 3, participants: [participant("me"), participant("ada")] }));
}

function then(...events: object[]): Roster | undefined {
  const numbered = events.map((event, index) => ({ seq: 4 + index, at: AT, ...event }));
  return after(start(), numbered as RoomEvent[]);
}

test("people come, change and go, and their tracks go with them", () => {
  const roster = then(
    { type: "participant_joined", participant: participant("bo") },
    { type: "track_started", track: track("t1", "bo") },
    { type: "track_started", track: track("t2", "ada") },
    { type: "participant_changed", participant: participant("ada", { connection: "away" }) },
    { type: "participant_left", participant_id: "bo", how: "left" },
  );
  assert.deepEqual([...(roster?.participants.keys() ?? [])], ["me", "ada"]);
  assert.equal(roster?.participants.get("ada")?.connection, "away");
  assert.deepEqual([...(roster?.tracks.keys() ?? [])], ["t2"]);
  assert.equal(roster?.seq, 8);
});

test("a hand goes up and down, and that of somebody unknown changes nothing", () => {
  const up = then(
    { type: "hand", participant_id: "ada", hand_at: AT },
    { type: "hand", participant_id: "nobody", hand_at: AT },
  );
  assert.equal(up?.participants.get("ada")?.hand_at, AT);
  assert.equal(up?.participants.size, 2);
  const down = then(
    { type: "hand", participant_id: "ada", hand_at: AT },
    { type: "hand", participant_id: "ada", hand_at: null },
  );
  assert.equal(down?.participants.get("ada")?.hand_at, null);
});

test("what was seen already changes nothing", () => {
  const old = { seq: 2, type: "participant_left", participant_id: "ada", how: "left" };
  assert.equal(then(old)?.participants.size, 2);
});

test("a step that is missing is noticed", () => {
  assert.equal(then({ seq: 5, type: "track_started", track: track("t1", "ada") }), undefined);
});

test("steps that a newer server has are passed over", () => {
  assert.equal(then({ type: "fireworks" })?.seq, 4);
});

test("what members may send and how it ended are remembered", () => {
  const roster = then(
    { type: "sources_changed", member_sources: ["microphone"] },
    { type: "meeting_ended", how: "closed" },
  );
  assert.deepEqual(roster?.memberSources, ["microphone"]);
  assert.equal(roster?.ended, "closed");
});
