import assert from "node:assert/strict";
import { test } from "node:test";
import type { Media, Sent } from "../../src/protocol/media.ts";
import { Unreachable } from "../../src/protocol/problem.ts";
import { Sending } from "../../src/protocol/sending.ts";
import type { Source } from "../../src/protocol/wire.ts";
import { localTrack, refused } from "../classroom.ts";
import { settled } from "../support.ts";

/** Media that writes down what it is asked for. */
class Wire {
  closed = false;
  readonly done: string[] = [];
  fails: (what: string) => unknown = () => undefined;
  replace: (trackId: string) => void = () => undefined;
  #made = 0;

  get media(): Media {
    return this as unknown as Media;
  }

  onReplace(listener: (trackId: string) => void): () => void {
    this.replace = listener;
    return () => undefined;
  }

  async publish(_track: MediaStreamTrack, source: Source): Promise<Sent> {
    this.#do(`publish ${source}`);
    const id = `own-${++this.#made}`;
    return {
      id,
      source,
      pause: async (paused) => this.#do(`${paused ? "pause" : "resume"} ${source}`),
      replace: async (track) => this.#do(`${track ? "replace" : "cover"} ${source}`),
      close: async () => this.#do(`close ${source}`),
    };
  }

  #do(what: string): void {
    const error = this.fails(what);
    this.done.push(error ? `${what} (failed)` : what);
    if (error) throw error;
  }
}

function sending() {
  const wire = new Wire();
  const problems: unknown[] = [];
  const made = new Sending({ onProblem: (source, error) => problems.push([source, error]) });
  made.allow(["microphone", "camera", "screen"]);
  made.use(wire.media);
  return { wire, made, problems };
}

test("nothing is published before somebody wants it", async () => {
  const { wire, made } = sending();
  made.want("microphone", localTrack("audio"), false);
  await settled();
  assert.deepEqual(wire.done, []);
});

test("a microphone is published once, then paused and resumed", async () => {
  const { wire, made } = sending();
  const track = localTrack("audio");
  for (const on of [true, false, true]) {
    made.want("microphone", track, on);
    await settled();
  }
  assert.deepEqual(wire.done, ["publish microphone", "pause microphone", "resume microphone"]);
});

test("what one wants last counts, whatever was wanted meanwhile", async () => {
  const { wire, made } = sending();
  const track = localTrack("audio");
  made.want("microphone", track, true);
  made.want("microphone", track, false);
  made.want("microphone", track, true);
  await settled();
  assert.deepEqual(wire.done, ["publish microphone"]);
});

test("a camera that is off is let go, and comes back as another track", async () => {
  const { wire, made } = sending();
  made.want("camera", localTrack("video"), true);
  await settled();
  made.want("camera", null, false);
  await settled();
  made.want("camera", localTrack("video"), true);
  await settled();
  assert.deepEqual(wire.done, [
    "publish camera",
    "cover camera",
    "pause camera",
    "replace camera",
    "resume camera",
  ]);
});

test("what is ended is taken away", async () => {
  const { wire, made } = sending();
  made.want("screen", localTrack("video"), true);
  await settled();
  made.end("screen");
  await settled();
  assert.deepEqual(wire.done, ["publish screen", "close screen"]);
});

test("a right that is taken away ends what it was for", async () => {
  const { wire, made } = sending();
  made.want("camera", localTrack("video"), true);
  await settled();
  made.allow(["microphone"]);
  await settled();
  assert.deepEqual(wire.done, ["publish camera", "close camera"]);
});

test("new media get everything that is wanted, once more", async () => {
  const { made } = sending();
  made.want("camera", localTrack("video"), true);
  await settled();
  const again = new Wire();
  made.use(again.media);
  await settled();
  assert.deepEqual(again.done, ["publish camera"]);
});

test("a pause that did not arrive is said again when the line is back", async () => {
  const { wire, made, problems } = sending();
  const track = localTrack("audio");
  made.want("microphone", track, true);
  await settled();
  wire.fails = () => new Unreachable("away");
  made.want("microphone", track, false);
  await settled();
  wire.fails = () => undefined;
  made.again();
  await settled();
  assert.deepEqual(wire.done.slice(1), ["pause microphone (failed)", "pause microphone"]);
  assert.deepEqual(problems, []);
});

test("what is refused for good is told, and not tried for ever", async () => {
  const { wire, made, problems } = sending();
  wire.fails = () => refused("may_not_publish");
  made.want("camera", localTrack("video"), true);
  await settled();
  assert.equal(problems.length, 1);
  assert.equal(wire.done.length, 1);
});

test("what others cannot decode is published anew", async () => {
  const { wire, made } = sending();
  made.want("camera", localTrack("video"), true);
  await settled();
  assert.equal(made.sourceOf({ id: "own-1" }), "camera");
  wire.replace("own-1");
  wire.replace("somebody-elses");
  await settled();
  assert.deepEqual(wire.done, ["publish camera", "close camera", "publish camera"]);
  assert.equal(made.sourceOf({ id: "own-2" }), "camera");
});
