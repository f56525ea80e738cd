import assert from "node:assert/strict";
import { test } from "node:test";
import { CONVINCED, Floor, KEPT } from "../../../src/islands/room/floor.ts";
import type { Person } from "../../../src/islands/room/people.ts";
import { Seats } from "../../../src/islands/room/seats.ts";
import { participant } from "../../classroom.ts";

function person(id: string): Person {
  const role = id.startsWith("host") ? "host" : "member";
  return {
    participant: participant(id, { role }),
    self: id === "me",
    camera: undefined,
    microphone: undefined,
    screen: undefined,
    hand: undefined,
  };
}

const seated = (seats: Seats, ids: string[]) =>
  seats.seated(ids.map(person)).map(({ participant }) => participant.id);

test("people keep their seats when others come and go", () => {
  const seats = new Seats();
  assert.deepEqual(seated(seats, ["host", "a", "me", "b"]), ["host", "a", "b", "me"]);
  assert.deepEqual(seated(seats, ["c", "me", "b", "a", "host"]), ["host", "a", "b", "c", "me"]);
  assert.deepEqual(seated(seats, ["c", "me", "b", "host"]), ["host", "b", "c", "me"]);
  assert.deepEqual(seated(seats, ["host2", "c", "me", "b", "host"]).slice(0, 2), ["host", "host2"]);
});

test("who speaks far behind changes places with who was silent longest, and nobody else moves", () => {
  const seats = new Seats();
  const ids = ["host", "a", "b", "c", "d", "e", "me"];
  const stays = new Set(["host", "me"]);
  seated(seats, ids);
  assert.equal(seats.bring("a", 3, stays, 1), false);
  assert.equal(seats.bring("e", 3, stays, 2), true);
  assert.deepEqual(seated(seats, ids), ["host", "a", "e", "c", "d", "b", "me"]);
  assert.equal(seats.bring("d", 3, stays, 3), true);
  assert.deepEqual(seated(seats, ids), ["host", "d", "e", "c", "a", "b", "me"]);
});

test("hosts and oneself give no place away", () => {
  const seats = new Seats();
  seated(seats, ["host", "a", "me"]);
  assert.equal(seats.bring("a", 1, new Set(["host", "me"]), 1), false);
  assert.equal(seats.bring("nobody", 1, new Set(), 1), false);
});

test("the first who speaks has the floor at once, the next one after a while", () => {
  const floor = new Floor();
  floor.speaks("a", 0);
  assert.equal(floor.look(0), undefined);
  assert.equal(floor.holder, "a");
  floor.speaks("b", 10_000);
  assert.equal(floor.look(10_000), CONVINCED);
  floor.look(10_000 + CONVINCED);
  assert.equal(floor.holder, "b");
});

test("a word in between changes nothing, and nobody loses the floor after a moment", () => {
  const floor = new Floor();
  floor.speaks("a", 0);
  floor.look(0);
  floor.speaks("b", 1_000);
  floor.speaks("a", 2_000);
  assert.equal(floor.look(9_000), undefined);
  assert.equal(floor.holder, "a");
  const quick = new Floor();
  quick.speaks("a", 0);
  quick.look(0);
  quick.speaks("b", 100);
  assert.equal(quick.look(100), KEPT - 100);
});

test("silence leaves the floor to who had it; who leaves gives it up", () => {
  const floor = new Floor();
  floor.speaks("a", 0);
  floor.look(0);
  floor.speaks(undefined, 1_000);
  assert.equal(floor.look(9_000), undefined);
  assert.equal(floor.holder, "a");
  floor.gone("a");
  assert.equal(floor.holder, undefined);
});
