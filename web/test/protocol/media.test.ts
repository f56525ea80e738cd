import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { Media, type MediaState } from "../../src/protocol/media.ts";
import { Refused, Unreachable } from "../../src/protocol/problem.ts";
import { howToSend } from "../../src/protocol/quality.ts";
import { device, joined, localTrack, refused, Server, throws, withMedia } from "../classroom.ts";
import { settled } from "../support.ts";

function opened(test: TestContext) {
  const server = withMedia(new Server());
  const states: MediaState[] = [];
  let lost = 0;
  const media = new Media({
    live: server.live,
    capabilities: joined().capabilities,
    codecs: joined().codecs,
    iceServers: [],
    device,
    onState: (state) => states.push(state),
    onLost: () => lost++,
  });
  test.after(() => media.close());
  return { server, media, states, lost: () => lost };
}

test("what is published is agreed and named once, over one connection", async (t) => {
  const { server, media } = opened(t);
  const [sound, picture] = await Promise.all([
    media.publish(localTrack("audio"), "microphone"),
    media.publish(localTrack("video"), "camera"),
  ]);
  assert.deepEqual([sound.id, picture.id], ["own-1", "own-2"]);
  assert.equal(server.of("media.transport").length, 1);
  assert.equal(server.of("media.connect").length, 1);
  assert.deepEqual(
    server.of("media.produce").map(({ kind, source }) => [kind, source]),
    [
      ["audio", "microphone"],
      ["video", "camera"],
    ],
  );
});

test("pausing, going on and ending are told", async (t) => {
  const { server, media } = opened(t);
  const track = localTrack("audio");
  const sent = await media.publish(track, "microphone");
  await sent.pause(true);
  assert.equal(track.enabled, false);
  await sent.pause(false);
  assert.equal(track.enabled, true);
  await sent.close();
  assert.deepEqual(server.of("media.pause"), [
    { track: "own-1", paused: true },
    { track: "own-1", paused: false },
  ]);
  assert.deepEqual(server.of("media.unpublish"), [{ track: "own-1" }]);
});

test("what is subscribed flows once it can be decoded", async (t) => {
  const { server, media } = opened(t);
  const received = await media.subscribe("picture-1");
  assert.equal(received.track.kind, "video");
  const order = server.sent.map(([name]) => name).filter((name) => name !== "media.connect");
  assert.deepEqual(order, ["media.transport", "media.consume", "media.resume"]);
  await received.prefer({ width: 640, height: 360 });
  await received.pause(true);
  await received.close();
  assert.deepEqual(server.of("media.prefer"), [
    { consumer: received.id, width: 640, height: 360, priority: "normal" },
  ]);
  assert.deepEqual(server.of("media.hold"), [{ consumer: received.id }]);
  assert.deepEqual(server.of("media.unsubscribe"), [{ consumer: received.id }]);
});

test("a subscription that fails half way leaves nothing behind at the server", async (t) => {
  const { server, media } = opened(t);
  server.answers["media.resume"] = throws(new Unreachable("silence", true));
  await assert.rejects(media.subscribe("picture-1"), Unreachable);
  await settled();
  assert.equal(server.of("media.unsubscribe").length, 1);
  server.answers["media.resume"] = () => ({});
  assert.equal((await media.subscribe("picture-1")).track.kind, "video");
});

test("a track that cannot be decoded is refused, and the connection stays", async (t) => {
  const { server, media } = opened(t);
  const consume = server.answers["media.consume"];
  server.answers["media.consume"] = throws(refused("cannot_consume"));
  await assert.rejects(media.subscribe("picture-1"), Refused);
  server.answers["media.consume"] = consume ?? throws(new Error());
  await media.subscribe("sound-1");
  assert.equal(server.of("media.transport").length, 1);
});

test("a connection that could not be made is made by the next who needs it", async (t) => {
  const { server, media } = opened(t);
  const transport = server.answers["media.transport"];
  server.answers["media.transport"] = throws(new Unreachable("silence", true));
  await assert.rejects(media.publish(localTrack("audio"), "microphone"), Unreachable);
  server.answers["media.transport"] = transport ?? throws(new Error());
  assert.equal((await media.publish(localTrack("audio"), "microphone")).id, "own-1");
});

test("both connections look for a new way after a cut, one request each", async (t) => {
  const { server, media } = opened(t);
  await media.publish(localTrack("audio"), "microphone");
  await media.subscribe("sound-1");
  await Promise.all([media.restart(), media.restart()]);
  assert.equal(server.of("media.restart_ice").length, 2);
});

test("a connection that the server has given up is told as lost", async (t) => {
  const { server, media, lost } = opened(t);
  await media.publish(localTrack("audio"), "microphone");
  server.answers["media.restart_ice"] = throws(refused("not_found"));
  await media.restart();
  assert.equal(lost(), 1);
});

test("a restart that nobody answers breaks nothing", async (t) => {
  const { server, media, lost } = opened(t);
  await media.publish(localTrack("audio"), "microphone");
  server.answers["media.restart_ice"] = throws(new Unreachable("away"));
  await media.restart();
  assert.equal(lost(), 0);
});

test("whoever cannot decode a camera gets it in another codec", async (t) => {
  const { server, media } = opened(t);
  const asked: string[] = [];
  media.onReplace((id) => asked.push(id));
  const sent = await media.publish(localTrack("video"), "camera");
  server.tell("media.codec", { source: "camera", mime: "video/VP8", replaces: sent.id });
  assert.deepEqual(asked, [sent.id]);
  await sent.close();
  await media.publish(localTrack("video"), "camera");
  const { rtp_parameters } = server.of("media.produce").at(-1) ?? {};
  const [codec] = (rtp_parameters as { codecs: { mimeType: string }[] }).codecs;
  assert.equal(codec?.mimeType, "video/VP8");
});

test("a screen is sent in the codec of the class, and in another when it is asked for", async (t) => {
  const { server, media } = opened(t);
  const sent = await media.publish(localTrack("video"), "screen");
  const codec = () => {
    const { rtp_parameters } = server.of("media.produce").at(-1) ?? {};
    return (rtp_parameters as { codecs: { mimeType: string }[] }).codecs[0]?.mimeType;
  };
  assert.equal(codec(), "video/VP8");
  server.tell("media.codec", { source: "screen", mime: "video/VP9", replaces: sent.id });
  await sent.close();
  await media.publish(localTrack("video"), "screen");
  assert.equal(codec(), "video/VP9");
});

const settings = (width: number, height: number) =>
  Object.assign(localTrack("video"), { getSettings: () => ({ width, height }) });

test("large cameras are sent in three sizes, small ones in fewer, screens in one", async () => {
  const browser = await device();
  await browser.load({ routerRtpCapabilities: joined().capabilities });
  const layers = (width: number, height: number, source: "camera" | "screen") =>
    howToSend(browser, settings(width, height), source).encodings?.length;
  assert.equal(layers(1280, 720, "camera"), 3);
  assert.equal(layers(640, 480, "camera"), 2);
  assert.equal(layers(240, 320, "camera"), 1);
  assert.equal(layers(2560, 1440, "screen"), 1);
});

test("sound that is lost can be asked for again", async () => {
  const browser = await device();
  await browser.load({ routerRtpCapabilities: joined().capabilities });
  for (const source of ["microphone", "screen_audio"] as const) {
    assert.equal(howToSend(browser, localTrack("audio"), source).codecOptions?.opusNack, true);
  }
});

test("a voice may pause between words, the sound of a screen may not", async () => {
  const browser = await device();
  await browser.load({ routerRtpCapabilities: joined().capabilities });
  const sound = localTrack("audio");
  assert.equal(howToSend(browser, sound, "microphone").codecOptions?.opusDtx, true);
  assert.equal(howToSend(browser, sound, "screen_audio").codecOptions?.opusStereo, true);
});
