import assert from "node:assert/strict";
import { test } from "node:test";
import { lineOf } from "../../../src/islands/room/quality.ts";
import type { Grade } from "../../../src/protocol/reception.ts";

function asked(tracks: [string, Grade][], own: Grade, layers: [string, object][] = []) {
  const room = {
    lines: { value: { tracks: new Map(tracks), own } },
    layers: { value: new Map(layers) },
  };
  const person = { self: false, camera: { id: "cam" }, microphone: { id: "mic" } };
  return lineOf(room as never, person as never);
}

test("the worse of a voice and a picture is said of a person", () => {
  assert.equal(
    asked(
      [
        ["cam", 3],
        ["mic", 2],
      ],
      3,
    ),
    2,
  );
  assert.equal(
    asked(
      [
        ["cam", 1],
        ["mic", 3],
      ],
      3,
    ),
    1,
  );
  assert.equal(asked([], 3), 3);
});

test("while one's own line is to blame it is not said of everybody", () => {
  assert.equal(asked([["cam", 2]], 2), 3);
  assert.equal(asked([["cam", 1]], 2), 1);
});

test("a picture that the server makes smaller for the network counts as well", () => {
  const layer = { consumer: "c", layer: 0, reason: "network" };
  assert.equal(asked([["cam", 3]], 3, [["cam", layer]]), 2);
  assert.equal(asked([["cam", 3]], 3, [["cam", { ...layer, layer: -1 }]]), 1);
});
