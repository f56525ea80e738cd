import assert from "node:assert/strict";
import { test } from "node:test";
import { Strain } from "../../../src/islands/room/strain.ts";

test("a machine that drops pictures twice in a row shows fewer faces, step by step", () => {
  const strain = new Strain();
  const looks = [1, 2, 3, 4, 5].map((at) =>
    strain.look({ decoded: at * 100, dropped: at * 100 }, at < 4 ? 12 : 9),
  );
  assert.deepEqual(looks, [undefined, undefined, 9, undefined, 6]);
});

test("a moment of stutter, few pictures, or another page change nothing", () => {
  const strain = new Strain();
  const frames = [
    { decoded: 0, dropped: 0 },
    { decoded: 10, dropped: 200 },
    { decoded: 300, dropped: 200 },
    { decoded: 100, dropped: 20 },
    { decoded: 105, dropped: 30 },
    { decoded: 110, dropped: 40 },
  ];
  assert.ok(frames.every((now) => strain.look(now, 12) === undefined));
});

test("four faces are not made fewer", () => {
  const strain = new Strain();
  const looks = [1, 2, 3, 4].map((at) => strain.look({ decoded: at, dropped: at * 300 }, 4));
  assert.ok(looks.every((look) => look === undefined));
});
