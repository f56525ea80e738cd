import assert from "node:assert/strict";
import { test } from "node:test";
import { most, outgoing, Reception, worst } from "../../src/protocol/reception.ts";

const at = (received: number, lost = 0, frozen = 0) => new Map([["a", { received, lost, frozen }]]);

test("a track is good, fair or poor by what was lost of it since the look before", () => {
  const reception = new Reception();
  const looks = [at(0), at(100), at(200, 4), at(290, 30), at(390, 30)];
  const grades = looks.map((look) => reception.look(look).get("a"));
  assert.deepEqual(grades, [undefined, 3, 2, 1, 3]);
});

test("a picture that stands still is weak although hardly anything is lost", () => {
  const reception = new Reception();
  const looks = [at(0), at(100, 0, 0.5), at(200, 0, 2), at(300, 1, 4)];
  assert.deepEqual(
    looks.map((look) => reception.look(look).get("a")),
    [undefined, 2, 2, 1],
  );
});

test("silence, a new connection and what came late after all say nothing bad", () => {
  const reception = new Reception();
  const looks = [at(1_000, 50), at(1_008, 50), at(3), at(103, 5), at(203, 2)];
  const grades = looks.map((look) => reception.look(look).get("a"));
  assert.deepEqual(grades, [undefined, undefined, undefined, 2, 3]);
});

test("what one sends is weak by loss or by a long way", () => {
  assert.deepEqual([outgoing(0, 0.05), outgoing(0.05, 0.05), outgoing(0, 1)], [3, 2, 1]);
});

test("when most of what comes is bad it is one's own line, of little nobody can tell", () => {
  assert.equal(most([1, 1, 2, 1]), 1);
  assert.equal(most([1, 3, 3, 3]), 3);
  assert.equal(most([1, 1]), 3);
  assert.equal(worst([undefined, 3, 2]), 2);
  assert.equal(worst([undefined]), undefined);
});
