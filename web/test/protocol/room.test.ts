import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { Unreachable } from "../../src/protocol/problem.ts";
import { Room, type RoomState, type Why } from "../../src/protocol/room.ts";
import type { Roster } from "../../src/protocol/roster.ts";
import type { Joined, RoomEvent } from "../../src/protocol/wire.ts";
import { device, joined, participant, refused, Server, throws, track } from "../classroom.ts";
import { settled } from "../support.ts";

const AT = "2026-03-12T18:05:00Z";

function entered(test: TestContext, answer: Partial<Joined> | (() => unknown) = {}) {
  const server = new Server();
  server.answers["room.join"] = typeof answer === "function" ? answer : () => joined(answer);
  const states: [RoomState, Why][] = [];
  const rosters: Roster[] = [];
  const events: RoomEvent[] = [];
  let medias = 0;
  const handlers = {
    onRoster: (roster: Roster) => rosters.push(roster),
    onState: (state: RoomState, why: Why) => states.push([state, why]),
    onMedia: () => medias++,
    onEvents: (heard: readonly RoomEvent[]) => events.push(...heard),
    onRights: () => undefined,
  };
  const room = new Room(server.live, "r1", handlers, { device, again: 1 });
  test.after(() => room.leave());
  return {
    server,
    room,
    events,
    states,
    names: () => states.map(([state]) => state),
    roster: () => rosters.at(-1),
    medias: () => medias,
    tell: (...news: object[]) => server.tell("room.events", { meeting: "m1", events: news }),
  };
}

async function until(what: () => boolean): Promise<void> {
  for (let turn = 0; turn < 400 && !what(); turn++) {
    await new Promise((done) => setTimeout(done, 2));
  }
  assert.ok(what());
}

const left = (id: string, how: string, seq: number) => ({
  seq,
  at: AT,
  type: "participant_left",
  participant_id: id,
  how,
});

test("joining shows who is there and begins the media", async (t) => {
  const { server, room, names, roster, medias } = entered(t);
  await settled();
  assert.deepEqual(server.of("room.join"), [{ room: "r1" }]);
  assert.deepEqual(names(), ["open"]);
  assert.equal(room.state, "open");
  assert.deepEqual([...(roster()?.participants.keys() ?? [])], ["me"]);
  assert.equal(medias(), 1);
});

test("news are followed, those of another class are not", async (t) => {
  const { server, roster, tell, events } = entered(t);
  await settled();
  tell({ seq: 2, at: AT, type: "participant_joined", participant: participant("ada") });
  server.tell("room.events", { meeting: "m0", events: [left("ada", "left", 3)] });
  assert.deepEqual([...(roster()?.participants.keys() ?? [])], ["me", "ada"]);
  assert.deepEqual(
    events.map(({ type }) => type),
    ["participant_joined"],
  );
});

test("news that come before the answer that they follow are not lost", async (t) => {
  let answer: (joined: Joined) => void = () => undefined;
  const waits = new Promise<Joined>((done) => {
    answer = done;
  });
  const { tell, roster } = entered(t, () => waits);
  tell(
    { seq: 1, at: AT, type: "participant_joined", participant: participant("me") },
    { seq: 2, at: AT, type: "participant_joined", participant: participant("ada") },
  );
  answer(joined());
  await settled();
  assert.deepEqual([...(roster()?.participants.keys() ?? [])], ["me", "ada"]);
});

test("after a gap one asks for what was missed, on the same line and with the same media", async (t) => {
  const { server, tell, names, medias, roster, events } = entered(t);
  await settled();
  const missed: RoomEvent[] = [
    { seq: 2, at: AT, type: "participant_joined", participant: participant("ada") },
    { seq: 3, at: AT, type: "track_started", track: track("t1", "ada") },
  ];
  const people = [participant("me"), participant("ada")];
  server.answers["room.join"] = () =>
    joined({ resumed: true, seq: 3, participants: people, tracks: [track("t1", "ada")], missed });
  tell(...missed.slice(1));
  tell({ seq: 4, at: AT, type: "hand", participant_id: "ada", hand_at: AT });
  await settled();
  const resume = { token: "token-of-the-first", seq: 1 };
  assert.deepEqual(server.of("room.join").at(-1), { room: "r1", resume });
  assert.deepEqual(names(), ["open"]);
  assert.equal(medias(), 1);
  assert.deepEqual(
    server.sent.map(([name]) => name),
    ["room.join", "room.join"],
  );
  assert.deepEqual(
    events.map(({ seq }) => seq),
    [2, 3, 4],
  );
  assert.equal(roster()?.participants.get("ada")?.hand_at, AT);
});

test("who comes back in time is the same, with the same media", async (t) => {
  const { server, names, medias, events, roster } = entered(t);
  await settled();
  server.become("away");
  const missed = [{ seq: 2, at: AT, type: "participant_joined", participant: participant("ada") }];
  const people = [participant("me"), participant("ada")];
  server.answers["room.join"] = () =>
    joined({ resumed: true, seq: 2, participants: people, missed: missed as RoomEvent[] });
  server.become("open");
  await settled();
  const resume = { token: "token-of-the-first", seq: 1 };
  assert.deepEqual(server.of("room.join").at(-1), { room: "r1", resume });
  assert.deepEqual(names(), ["open", "away", "open"]);
  assert.equal(medias(), 1);
  assert.equal(roster()?.participants.size, 2);
  assert.equal(events.length, 1);
});

test("where too much was missed the snapshot counts", async (t) => {
  const { server, roster, tell } = entered(t);
  await settled();
  server.become("away");
  const people = [participant("me"), participant("bo")];
  server.answers["room.join"] = () => joined({ resumed: true, seq: 2_000, participants: people });
  server.become("open");
  await settled();
  tell({ seq: 2_001, at: AT, type: "track_started", track: track("t1", "bo") });
  assert.equal(roster()?.seq, 2_001);
  assert.equal(server.of("room.join").length, 2);
});

test("who comes back too late is somebody new, with new media", async (t) => {
  const { server, medias, room } = entered(t);
  await settled();
  server.become("away");
  server.answers["room.join"] = () =>
    joined({ me: participant("me2"), participants: [participant("me2")] });
  server.become("open");
  await settled();
  assert.equal(medias(), 2);
  assert.equal(room.joined?.me.id, "me2");
});

test("a join that nobody answers is tried again", async (t) => {
  let tries = 0;
  const { names, server } = entered(t, () => {
    if (++tries < 3) throw new Unreachable("silence", true);
    return joined();
  });
  await until(() => names().includes("open"));
  assert.equal(server.of("room.join").length, 3);
});

test("a room that is full for now is waited for, and says so", async (t) => {
  let tries = 0;
  const { states, names } = entered(t, () => {
    if (++tries < 3) throw refused("room_full", 0.001);
    return joined();
  });
  await until(() => names().includes("open"));
  assert.equal(states[0]?.[1].error?.code, "room_full");
  assert.deepEqual(names(), ["waiting", "waiting", "open"]);
});

test("a room that is not for somebody is not asked for again", async (t) => {
  const { states, server } = entered(t, () => {
    throw refused("not_found");
  });
  await settled();
  assert.deepEqual(
    states.map(([state, { error }]) => [state, error?.code]),
    [["refused", "not_found"]],
  );
  server.become("away");
  server.become("open");
  await settled();
  assert.equal(server.of("room.join").length, 1);
});

test("an answer that was lost on the way does not keep anybody out", async (t) => {
  let tries = 0;
  const { names, server } = entered(t, () => {
    if (++tries === 1) throw refused("already_in_meeting");
    return joined();
  });
  await until(() => names().includes("open"));
  assert.deepEqual(
    server.sent.map(([name]) => name),
    ["room.join", "room.leave", "room.join"],
  );
});

test("a lost answer to coming back keeps the place: one asks once more", async (t) => {
  const { server, names, medias } = entered(t);
  await settled();
  server.become("away");
  server.answers["room.join"] = throws(new Unreachable("timeout", true));
  server.become("open");
  await settled();
  server.answers["room.join"] = () => joined({ resumed: true });
  await until(() => names().at(-1) === "open");
  assert.deepEqual(server.of("room.leave"), []);
  assert.equal(medias(), 1);
});

test("who is in as somebody else leaves that place, and comes in anew", async (t) => {
  const { server, names, medias } = entered(t);
  await settled();
  server.become("away");
  server.answers["room.join"] = throws(refused("already_in_meeting"));
  server.answers["room.leave"] = () => {
    server.answers["room.join"] = () =>
      joined({ me: participant("me2"), participants: [participant("me2")] });
    return {};
  };
  server.become("open");
  await until(() => medias() === 2);
  assert.equal(names().at(-1), "open");
});

for (const how of ["removed", "signed_out", "not_allowed", "lost"] as const) {
  test(`one hears that it is over, and how: ${how}`, async (t) => {
    const { states, tell } = entered(t);
    await settled();
    tell(left("me", how, 2));
    assert.deepEqual(states.at(-1), ["left", { how }]);
  });
}

test("the end of the meeting is the end here", async (t) => {
  const { states, tell, server } = entered(t);
  await settled();
  tell({ seq: 2, at: AT, type: "meeting_ended", how: "ended" });
  assert.deepEqual(states.at(-1), ["left", { how: "ended" }]);
  server.become("away");
  server.become("open");
  await settled();
  assert.equal(server.of("room.join").length, 1);
});

test("leaving says so to the server, once", async (t) => {
  const { room, server, states } = entered(t);
  await settled();
  await Promise.all([room.leave(), room.leave()]);
  assert.equal(server.of("room.leave").length, 1);
  assert.deepEqual(states.at(-1), ["left", {}]);
});

test("who leaves while still on the way in does not stay behind", async (t) => {
  let answer: (joined: Joined) => void = () => undefined;
  const { room, server } = entered(
    t,
    () =>
      new Promise((done) => {
        answer = done;
      }),
  );
  const gone = room.leave();
  answer(joined());
  await gone;
  await settled();
  assert.equal(server.of("room.leave").length, 1);
});

test("a sign-out elsewhere ends it", async (t) => {
  const { server, states } = entered(t);
  await settled();
  server.become("ended");
  assert.deepEqual(states.at(-1), ["refused", {}]);
});

test("rights follow one's role and what members may send", async (t) => {
  const { room, tell } = entered(t);
  await settled();
  tell({ seq: 2, at: AT, type: "sources_changed", member_sources: ["microphone"] });
  assert.deepEqual(room.joined?.rights, { host: false, moderate: false, publish: ["microphone"] });
  const host = participant("me", { role: "host" });
  tell({ seq: 3, at: AT, type: "participant_changed", participant: host });
  assert.equal(room.joined?.rights.moderate, true);
  assert.equal(room.joined?.rights.publish.length, 4);
});

test("who has to be let in waits outside and joins when it is said", async (t) => {
  const { server, states } = entered(t, () => {
    throw refused("waiting_room");
  });
  server.answers["room.wait"] = () => ({ since: AT });
  await until(() => states.at(-1)?.[0] === "outside");
  server.answers["room.join"] = () => joined();
  server.tell("room.answer", { room: "r1", answer: "admitted" });
  await until(() => states.at(-1)?.[0] === "open");
});

test("who is turned away is told so and asks no more", async (t) => {
  const { server, states } = entered(t, () => {
    throw refused("waiting_room");
  });
  server.answers["room.wait"] = () => ({ since: AT });
  await until(() => states.at(-1)?.[0] === "outside");
  server.tell("room.answer", { room: "another", answer: "declined" });
  assert.equal(states.at(-1)?.[0], "outside");
  server.tell("room.answer", { room: "r1", answer: "declined" });
  assert.deepEqual(states.at(-1), ["refused", { how: "declined" }]);
});
