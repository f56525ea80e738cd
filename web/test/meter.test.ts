import assert from "node:assert/strict";
import { test } from "node:test";
import { clockOf } from "../src/islands/chart.ts";
import { connectionOf, Meter } from "../src/streams/meter.ts";

const GOES = { wants: true, moves: true, height: 480 };
const STANDS = { wants: true, moves: false, height: 480 };
const PAUSED = { wants: false, moves: false, height: 480 };

function meter(): Meter {
  return new Meter("id", "recording", "of", "wifi");
}

test("a play adds up what was seen, what stood still and how long the begin took", () => {
  const one = meter();
  one.look(0, PAUSED);
  one.look(1000, STANDS);
  one.look(1600, GOES);
  one.look(2600, GOES);
  one.look(3600, { ...GOES, height: 720 });
  one.look(4100, STANDS);
  one.look(4600, STANDS);
  one.look(5600, GOES);
  assert.deepEqual(
    { ...one.said, id: undefined, of: undefined },
    {
      id: undefined,
      kind: "recording",
      of: undefined,
      startup_ms: 600,
      watched_ms: 3000,
      stalled_ms: 1000,
      stalls: 1,
      height_ms: 1000 * 480 + 1000 * 720 + 1000 * 480,
      sized_ms: 3000,
      changes: 2,
      received: 0,
      lost: 0,
      broken: false,
      connection: "wifi",
    },
  );
});

test("a pause is no stall, and a device that slept saw nothing", () => {
  const one = meter();
  one.look(0, STANDS);
  one.look(100, GOES);
  one.look(200, PAUSED);
  one.look(90_000, PAUSED);
  one.look(500_000, GOES);
  assert.deepEqual([one.said.stalled_ms, one.said.watched_ms], [0, 5000]);
});

test("what nobody waited for in the end has no begin", () => {
  const one = meter();
  one.look(0, STANDS);
  one.look(4000, PAUSED);
  assert.equal(one.begun, false);
  one.look(9000, STANDS);
  one.look(9250, GOES);
  assert.equal(one.said.startup_ms, 250);
});

test("what was not there to be had is not timed, and frozen time was not watched", () => {
  const one = meter();
  one.look(0, STANDS);
  one.untimed();
  one.look(60_000, GOES);
  one.look(65_000, GOES);
  one.froze(2000);
  assert.deepEqual(
    [one.said.startup_ms, one.said.watched_ms, one.said.stalled_ms, one.said.stalls],
    [undefined, 3000, 2000, 1],
  );
});

test("what a browser says of its line is told in few words", () => {
  assert.equal(connectionOf({ type: "cellular", effectiveType: "2g" }), "mobile");
  assert.equal(connectionOf({ effectiveType: "3g" }), "slow");
  assert.equal(connectionOf({ effectiveType: "4g" }), "unknown");
  assert.equal(connectionOf(undefined), "unknown");
});

test("seconds of a recording are told as its clock tells them", () => {
  assert.deepEqual([0, 65, 3909].map(clockOf), ["0:00", "1:05", "1:05:09"]);
});
