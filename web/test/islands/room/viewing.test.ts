import assert from "node:assert/strict";
import { test } from "node:test";
import { signal } from "@preact/signals";
import type { Person } from "../../../src/islands/room/people.ts";
import { Viewing } from "../../../src/islands/room/viewing.ts";
import { participant } from "../../classroom.ts";

function person(id: string, account: string): Person {
  return {
    participant: participant(id, { user_id: account }),
    self: id === "me",
    camera: undefined,
    microphone: undefined,
    screen: undefined,
    hand: undefined,
  };
}

test("whom staff keep large for everybody is large until one chooses otherwise", () => {
  const people = signal([person("a", "ada"), person("b", "noor"), person("me", "mine")]);
  const view = new Viewing(people);
  view.keptForAll("noor");
  assert.equal(view.pin.value, "b");
  view.release();
  assert.equal(view.pin.value, undefined);
  view.keptForAll("noor"); // said again after a cut
  assert.equal(view.pin.value, undefined);
  view.keptForAll("ada");
  assert.equal(view.pin.value, "a");
  view.toggle("b");
  assert.equal(view.pin.value, "b");
  view.toggle("b");
  assert.equal(view.pin.value, undefined);
  view.keptForAll(null);
  assert.equal(view.pin.value, undefined);
});

test("who is not here yet is large on coming, and nobody is for themselves", () => {
  const people = signal([person("a", "ada"), person("me", "mine")]);
  const view = new Viewing(people);
  view.keptForAll("mine");
  assert.equal(view.pin.value, undefined);
  view.keptForAll("noor");
  assert.equal(view.pin.value, undefined);
  people.value = [...people.value, person("b", "noor")];
  assert.equal(view.pin.value, "b");
  view.toggle("a");
  view.left("a");
  assert.equal(view.pin.value, "b");
});
