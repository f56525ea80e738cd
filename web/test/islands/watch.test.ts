/** Watching: what counts as seen, how two pictures keep step, and how moments are written. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { clock, momentOf } from "../../src/islands/watch/clock.ts";
import { cues, cuesAt, found, last } from "../../src/islands/watch/cues.ts";
import { about, Reports } from "../../src/islands/watch/reports.ts";
import { Seen } from "../../src/islands/watch/seen.ts";
import { Sizes } from "../../src/islands/watch/sizes.ts";
import { has, merged, missing, total, within } from "../../src/islands/watch/spans.ts";
import { CLOSE, follow } from "../../src/islands/watch/step.ts";
import { isQuiet, Stirs } from "../../src/islands/watch/stirs.ts";
import { tileAt, tiles } from "../../src/islands/watch/storyboard.ts";
import { buckets, peaks, pieces } from "../../src/islands/watch/strip.tsx";
import type { Progress } from "../../src/islands/watch/wire.ts";
import type { Http } from "../../src/protocol/http.ts";
import { Refused, Unreachable } from "../../src/protocol/problem.ts";
import { alone } from "../../src/streams/manifest.ts";

test("moments are written as people read and type them", () => {
  assert.deepEqual([0, 59.9, 61, 3729].map(clock), ["0:00", "0:59", "1:01", "1:02:09"]);
  assert.deepEqual(["90", "90.5", "1m30s", "1:30", "1:01:30", "2h", "soon", null].map(momentOf), [
    90,
    90.5,
    90,
    90,
    3690,
    7200,
    undefined,
    undefined,
  ]);
});

test("one choice is for both pictures, each in the sizes that it has", () => {
  const sizes = new Sizes();
  sizes.told("stage", [{ level: 0, height: 720 }]);
  sizes.told("screen", [{ level: 0, height: 1080 }]);
  assert.deepEqual(sizes.all.value, []);
  sizes.told("stage", [
    { level: 0, height: 720 },
    { level: 1, height: 360 },
  ]);
  sizes.told("screen", [
    { level: 0, height: 1080 },
    { level: 2, height: 480 },
  ]);
  assert.deepEqual(sizes.all.value, [1080, 720, 480, 360]);
  assert.equal(sizes.level("screen"), undefined);
  const levels = [1080, 720, 480, 360].map((height) => {
    sizes.chosen.value = height;
    return [sizes.level("stage"), sizes.level("screen")];
  });
  assert.deepEqual(levels, [
    [0, 0],
    [0, 2],
    [1, 2],
    [1, 2],
  ]);
  sizes.told("screen", []);
  assert.equal(sizes.level("screen"), undefined);
});

test("each second counts once, and gaps are what is missing", () => {
  const seen = merged([
    [10, 20],
    [0, 5],
    [15, 30],
    [40, 40],
  ]);
  assert.deepEqual(seen, [
    [0, 5],
    [10, 30],
  ]);
  assert.equal(total(seen), 25);
  assert.deepEqual(missing(seen, 60, 6), [[30, 60]]);
  assert.equal(within(seen, [4, 12]), 3);
  assert.ok(has(seen, 10) && !has(seen, 30));
});

test("what was jumped over was not seen", () => {
  const seen = new Seen();
  for (const at of [0, 0.25, 0.5]) seen.at(at);
  seen.at(60);
  seen.at(60.25);
  seen.cut();
  seen.at(60.5);
  seen.at(60.75);
  assert.deepEqual(seen.take(), [
    [0, 0.5],
    [60, 60.25],
    [60.5, 60.75],
  ]);
  assert.deepEqual(seen.take(), []);
});

test("a page that could not look for a while has seen what played meanwhile, and no more", () => {
  let now = 100;
  const seen = new Seen(() => now);
  seen.at(10);
  now += 6;
  seen.at(22);
  now += 6;
  seen.at(90);
  assert.deepEqual(seen.take(), [[10, 22]]);
});

test("a second picture catches up by its speed, and jumps where that would take too long", () => {
  const leader = { time: 100, rate: 1, ready: true };
  assert.deepEqual(follow(leader, { time: 100 - CLOSE / 2, rate: 1, ready: true }), { rate: 1 });
  assert.equal(follow(leader, { time: 90, rate: 1, ready: true }).jump, 100);
  for (const start of [99.5, 100.5]) {
    const second = { time: start, rate: 1, ready: true };
    const first = { ...leader };
    for (let n = 0; n < 20; n += 1) {
      const step = follow(first, second);
      assert.equal(step.jump, undefined);
      assert.ok(step.rate > 0.7 && step.rate < 1.3);
      first.time += 0.25;
      second.time += 0.25 * step.rate;
    }
    assert.ok(Math.abs(first.time - second.time) < 0.08);
  }
});

test("of the second picture the sound is left out", () => {
  const text = [
    "#EXTM3U",
    '#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="aac",NAME="AAC",URI="aac.m3u8"',
    '#EXT-X-STREAM-INF:BANDWIDTH=900,CODECS="avc1.42e01f,mp4a.40.2",RESOLUTION=1280x720,AUDIO="aac"',
    "screen.m3u8",
    '#EXT-X-STREAM-INF:BANDWIDTH=900,CODECS="avc1.42e01f,opus",RESOLUTION=1280x720,AUDIO="opus"',
    "screen.m3u8",
  ].join("\n");
  assert.equal(
    alone(text),
    [
      "#EXTM3U",
      '#EXT-X-STREAM-INF:BANDWIDTH=900,CODECS="avc1.42e01f",RESOLUTION=1280x720',
      "screen.m3u8",
    ].join("\n"),
  );
});

test("bars are as high as the loudest moment of their stretch", () => {
  assert.deepEqual(peaks([0, 100, 20, 30, 0, 0, 50, 10], 4), [1, 0.3, 0, 0.5]);
  assert.deepEqual(peaks([40], 3), [0.4, 0.4, 0.4]);
});

test("bars tell how much was spoken, chapters divide the whole", () => {
  const made = buckets(
    [
      [0, 50, true],
      [50, 60, false],
    ],
    100,
    10,
  );
  assert.deepEqual(
    made.map(({ host, others }) => [Math.round(host * 10), Math.round(others * 10)]).slice(3, 7),
    [
      [10, 0],
      [10, 0],
      [0, 10],
      [0, 0],
    ],
  );
  assert.deepEqual(pieces([{ at: 30, title: "B" }], 100), [
    [0, 30],
    [30, 100],
  ]);
  assert.deepEqual(pieces([], 100), [[0, 100]]);
});

class Line {
  readonly told: { position: number; age: number; turn: number; back: number[] }[] = [];
  answer: "ok" | "away" | "no" = "ok";

  async post(
    _: string,
    body: { position: number; age: number; turn: number; back: number[] },
  ): Promise<Progress> {
    if (this.answer === "away") throw new Unreachable(new Error("away"), false);
    if (this.answer === "no") {
      throw new Refused({
        type: "about:blank",
        title: "No",
        status: 409,
        code: "too_much_seen",
        request_id: "1",
      });
    }
    this.told.push(body);
    return { seen: [] } as unknown as Progress;
  }
}

test("what could not be told is kept, and told later with its age", async () => {
  const line = new Line();
  const kept = new Map<string, string>();
  const keep = {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
    removeItem: (key: string) => void kept.delete(key),
  };
  let now = 1_000_000;
  const open = () =>
    new Reports(line as unknown as Http, keep, about("one", false), {
      visit: "v",
      now: () => now,
      onProgress: () => undefined,
    });
  const reports = open();
  line.answer = "away";
  await reports.tell(5, [[0, 5]]);
  now += 60_000;
  await reports.tell(10, [[5, 10]]);
  assert.equal(line.told.length, 0);
  line.answer = "ok";
  const again = open();
  assert.equal(again.waiting, 2);
  await again.send();
  assert.deepEqual(
    line.told.map(({ position, age }) => [position, age]),
    [
      [5, 60],
      [10, 0],
    ],
  );
  assert.equal(kept.size, 0);
  line.answer = "no";
  await again.tell(20, [[10, 20]]);
  assert.equal(again.waiting, 0);
});

test("a video of the library has an account of its own", () => {
  assert.deepEqual(about("one", false).named, { recording_id: "one" });
  assert.deepEqual(about("one", true), {
    path: "/api/v1/media/one/progress",
    id: "one",
    named: {},
  });
});

test("a small picture is found by its moment", () => {
  const all = tiles(
    "WEBVTT\n\n00:00:00.000 --> 00:00:10.000\nstoryboard/0#xywh=0,0,240,136\n\n" +
      "00:00:10.000 --> 01:00:00.500\nstoryboard/0#xywh=240,0,240,136\n",
  );
  assert.equal(all.length, 2);
  assert.equal(all[1]?.until, 3600.5);
  assert.equal(tileAt(all, 9.9)?.x, 0);
  assert.equal(tileAt(all, 99_999)?.x, 240);
  assert.equal(tileAt([], 1), undefined);
});

test("captions are read, found at their moment and by their words", () => {
  const all = cues(
    "WEBVTT\n\n00:00:01.000 --> 00:00:04.000\na &lt; b\nand more\n\n" +
      "00:00:03.000 --> 00:00:05.500\nCafé\n\nNOTE nothing\n\n" +
      "01:00:01.250 --> 01:00:02.000\n5 &amp; 6\n",
  );
  assert.deepEqual(
    all.map(({ start, until, text }) => [start, until, text]),
    [
      [1, 4, "a < b\nand more"],
      [3, 5.5, "Café"],
      [3601.25, 3602, "5 & 6"],
    ],
  );
  const texts = (at: number) => cuesAt(all, at).map(({ text }) => text);
  assert.deepEqual(texts(0.9), []);
  assert.deepEqual(texts(3.5), ["a < b\nand more", "Café"]);
  assert.deepEqual(texts(4), ["Café"]);
  assert.deepEqual(
    [0, 1, 3, 9999].map((at) => last(all, at)),
    [-1, 0, 1, 2],
  );
  assert.deepEqual(
    found(all, " CAFE ").map(({ start }) => start),
    [3],
  );
  assert.equal(found(all, "b and").length, 1);
  assert.equal(found(all, "").length, 3);
});

test("where somebody went back or slowed down is noted once, and dragging is one jump", () => {
  const stirs = new Stirs();
  for (const to of [95, 60, 31]) stirs.moved(to + 4, to);
  stirs.played();
  stirs.played();
  stirs.moved(40, 39);
  stirs.played();
  stirs.moved(40, 90);
  stirs.played();
  stirs.rated(1, 0.75, 33);
  stirs.rated(0.75, 1.5, 35);
  assert.deepEqual(
    stirs.take(
      [
        [30, 40],
        [90, 91],
      ],
      [
        [0, 35],
        [90.8, 99],
      ],
    ),
    { back: [31], slow: [33], again: [[30, 35]] },
  );
  assert.ok(isQuiet(stirs.take([[50, 60]], [[0, 50]])));
});

test("each report of a visit has its turn, so that what it says is counted once", async () => {
  const line = new Line();
  const kept = new Map<string, string>();
  const keep = {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
    removeItem: (key: string) => void kept.delete(key),
  };
  const reports = new Reports(line as unknown as Http, keep, about("one", false), {
    visit: "v",
    now: () => 0,
    onProgress: () => undefined,
  });
  line.answer = "away";
  await reports.tell(5, [], { back: [3], slow: [], again: [] });
  await reports.tell(9, [[3, 9]]);
  line.answer = "ok";
  await reports.send();
  assert.deepEqual(
    line.told.map(({ turn, back }) => [turn, back]),
    [
      [1, [3]],
      [2, []],
    ],
  );
});
