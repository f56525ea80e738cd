import assert from "node:assert/strict";
import { test } from "node:test";
import type { Media, Received } from "../../src/protocol/media.ts";
import { Unreachable } from "../../src/protocol/problem.ts";
import { Watching } from "../../src/protocol/watching.ts";
import { localTrack, refused, track } from "../classroom.ts";
import { settled } from "../support.ts";

class Wire {
  closed = false;
  readonly done: string[] = [];
  fails: (what: string) => unknown = () => undefined;

  get media(): Media {
    return this as unknown as Media;
  }

  async subscribe(id: string): Promise<Received> {
    this.#do(`subscribe ${id}`);
    return {
      id: `consumer-${id}`,
      track: localTrack(id.startsWith("sound") ? "audio" : "video"),
      prefer: async ({ width, height }) => this.#do(`prefer ${id} ${width}x${height}`),
      pause: async (paused) => this.#do(`${paused ? "hold" : "resume"} ${id}`),
      close: async () => this.#do(`close ${id}`),
      stats: async () => new Map() as RTCStatsReport,
    };
  }

  #do(what: string): void {
    this.done.push(what);
    const error = this.fails(what);
    if (error) throw error;
  }
}

const SOUND = track("sound", "ada", { kind: "audio", source: "microphone" });
const PICTURE = track("picture", "ada");

function watching() {
  const wire = new Wire();
  const shown = new Map<string, string>();
  const layers: unknown[] = [];
  const made = new Watching({
    onTrack: (id, track) => (track ? shown.set(id, track.kind) : shown.delete(id)),
    onLayer: (id, { reason }) => layers.push([id, reason]),
  });
  made.use(wire.media);
  return { wire, made, shown, layers };
}

test("sound is received at once, a picture when it is shown", async () => {
  const { wire, made, shown } = watching();
  made.offered([SOUND, PICTURE]);
  await settled();
  assert.deepEqual(wire.done, ["subscribe sound"]);
  made.show("picture", { width: 320, height: 180 });
  await settled();
  assert.deepEqual(wire.done.slice(1), ["subscribe picture", "prefer picture 320x180"]);
  assert.deepEqual(
    [...shown],
    [
      ["sound", "audio"],
      ["picture", "video"],
    ],
  );
});

test("only a change of size that matters is asked for", async () => {
  const { wire, made } = watching();
  made.offered([PICTURE]);
  for (const width of [320, 330, 640]) {
    made.show("picture", { width, height: (width * 9) / 16 });
    await settled();
  }
  assert.deepEqual(wire.done.slice(1), ["prefer picture 320x180", "prefer picture 640x360"]);
});

test("a picture that is not shown is held, and goes on when it is back", async () => {
  const { wire, made } = watching();
  made.offered([PICTURE]);
  made.show("picture", { width: 320, height: 180 });
  await settled();
  made.show("picture", undefined);
  await settled();
  made.show("picture", { width: 320, height: 180 });
  await settled();
  assert.deepEqual(wire.done.slice(2), ["hold picture", "resume picture"]);
});

test("a track that has ended is let go", async () => {
  const { wire, made, shown } = watching();
  made.offered([SOUND]);
  await settled();
  made.offered([]);
  await settled();
  assert.deepEqual(wire.done, ["subscribe sound", "close sound"]);
  assert.equal(shown.size, 0);
});

test("what ends while it is being subscribed is let go as soon as it is there", async () => {
  const { wire, made, shown } = watching();
  made.offered([SOUND]);
  made.offered([]);
  await settled();
  assert.deepEqual(wire.done, ["subscribe sound", "close sound"]);
  assert.equal(shown.size, 0);
});

test("new media receive everything once more, in the size in which it is shown", async () => {
  const { made } = watching();
  made.offered([SOUND, PICTURE]);
  made.show("picture", { width: 320, height: 180 });
  await settled();
  const again = new Wire();
  made.use(again.media);
  await settled();
  assert.deepEqual(again.done.toSorted(), [
    "prefer picture 320x180",
    "subscribe picture",
    "subscribe sound",
  ]);
});

test("what failed is tried again when the line is back", async () => {
  const { wire, made, shown } = watching();
  wire.fails = () => new Unreachable("away");
  made.offered([SOUND]);
  await settled();
  assert.equal(shown.size, 0);
  wire.fails = () => undefined;
  made.again();
  await settled();
  assert.equal(shown.size, 1);
  made.offered([]);
});

test("a track that is gone already is not asked for again", async () => {
  const { wire, made } = watching();
  wire.fails = () => refused("not_found");
  made.offered([SOUND]);
  await settled();
  assert.deepEqual(wire.done, ["subscribe sound"]);
});

test("one that cannot be decoded keeps the others from nothing", async () => {
  const { wire, made, shown } = watching();
  wire.fails = (what) => (what === "subscribe picture" ? refused("cannot_consume") : undefined);
  made.offered([PICTURE, SOUND]);
  made.show("picture", { width: 320, height: 180 });
  await settled();
  assert.deepEqual([...shown.keys()], ["sound"]);
  made.offered([]);
});

test("news about a layer reach whoever shows that track", async () => {
  const { made, layers } = watching();
  made.offered([SOUND]);
  await settled();
  made.heard({ consumer: "consumer-sound", layer: -1, reason: "network" });
  made.heard({ consumer: "consumer-other", layer: 0, reason: "" });
  assert.deepEqual(layers, [["sound", "network"]]);
});

test("what nobody looks at for long is given up, and subscribed anew when it is looked at", async (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const { wire, made, shown } = watching();
  made.offered([PICTURE]);
  made.show("picture", { width: 320, height: 180 });
  await settled();
  made.show("picture", undefined);
  await settled();
  context.mock.timers.tick(29_000);
  await settled();
  assert.equal(wire.done.at(-1), "hold picture");
  context.mock.timers.tick(1_000);
  await settled();
  assert.equal(wire.done.at(-1), "close picture");
  assert.equal(shown.size, 0);
  made.show("picture", { width: 320, height: 180 });
  await settled();
  assert.deepEqual(wire.done.slice(-2), ["subscribe picture", "prefer picture 320x180"]);
});
