import assert from "node:assert/strict";
import { test } from "node:test";
import { Devices, troubleOf } from "../../../src/islands/room/devices.ts";
import { loudness } from "../../../src/islands/room/meter.ts";
import { browserOf } from "../../../src/islands/room/permission.ts";
import { localTrack } from "../../classroom.ts";

type Asked = MediaStreamConstraints;

/** A machine with devices, or without. */
function machine(refuse: (asked: Asked) => string | undefined = () => undefined) {
  const asked: Asked[] = [];
  const source = {
    addEventListener: () => undefined,
    removeEventListener: () => undefined,
    enumerateDevices: async () => [
      { kind: "videoinput", deviceId: "c1", label: "Laptop camera", groupId: "" },
      { kind: "audioinput", deviceId: "m1", label: "Headset", groupId: "" },
      { kind: "audiooutput", deviceId: "", label: "", groupId: "" },
    ],
    getUserMedia: async (constraints: Asked) => {
      asked.push(constraints);
      const name = refuse(constraints);
      if (name) throw Object.assign(new Error(name), { name });
      const tracks = [
        ...(constraints.audio ? [localTrack("audio")] : []),
        ...(constraints.video ? [localTrack("video")] : []),
      ];
      return { getTracks: () => tracks };
    },
  };
  return { asked, source: source as unknown as MediaDevices };
}

test("both devices are asked for at once", async () => {
  const { asked, source } = machine();
  const devices = new Devices(source);
  await devices.open();
  assert.equal(asked.length, 1);
  assert.ok(devices.camera.track.value && devices.microphone.track.value);
  assert.deepEqual(devices.camera.choices.value, [{ id: "c1", label: "Laptop camera" }]);
  assert.deepEqual(devices.speakers.value, []);
});

test("a microphone works without a camera", async () => {
  const { source } = machine(({ video }) => (video ? "NotFoundError" : undefined));
  const devices = new Devices(source);
  await devices.open();
  assert.equal(devices.camera.trouble.value, "missing");
  assert.equal(devices.camera.on.value, false);
  assert.equal(devices.microphone.trouble.value, undefined);
  assert.ok(devices.microphone.track.value);
});

test("without a secure address nothing is asked, and it is said why", async () => {
  const devices = new Devices(undefined);
  await devices.open();
  assert.equal(devices.microphone.trouble.value, "insecure");
});

test("a camera that is switched off is let go, one that is switched on is asked for", async () => {
  const { asked, source } = machine();
  const devices = new Devices(source);
  await devices.open();
  const before = devices.camera.track.value;
  await devices.turn("camera", false);
  assert.equal(before?.readyState, "ended");
  assert.equal(devices.camera.track.value, undefined);
  await devices.turn("camera", true);
  assert.ok(devices.camera.track.value);
  assert.deepEqual([asked.at(-1)?.audio, asked.length], [false, 2]);
});

test("a muted microphone is kept, so that it is back at once", async () => {
  const { asked, source } = machine();
  const devices = new Devices(source);
  await devices.open();
  await devices.turn("microphone", false);
  await devices.turn("microphone", true);
  assert.equal(asked.length, 1);
});

test("a choice is kept for the next time", async () => {
  const kept = new Map<string, string>();
  const store = {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
  };
  const { source } = machine();
  const devices = new Devices(source, store);
  await devices.open();
  await devices.choose("camera", "c1");
  const { asked, source: again } = machine();
  await new Devices(again, store).open();
  const [{ video } = {}] = asked;
  assert.deepEqual((video as MediaTrackConstraints).deviceId, { ideal: "c1" });
});

test("what was kept and cannot be read is forgotten", () => {
  const store = { getItem: () => "{", setItem: () => undefined };
  assert.deepEqual(new Devices(machine().source, store).chosen.value, {});
});

test("each error of a browser has its trouble", () => {
  const named = (name: string) => troubleOf(Object.assign(new Error(), { name }));
  const names = ["NotAllowedError", "NotFoundError", "NotReadableError", "OverconstrainedError"];
  assert.deepEqual(names.map(named), ["denied", "missing", "busy", "missing"]);
});

test("the meter is still in silence and full at full scale", () => {
  assert.equal(loudness(new Float32Array(64)), 0);
  assert.equal(loudness(new Float32Array(64).fill(1)), 1);
  const half = loudness(new Float32Array(64).fill(0.03));
  assert.ok(half > 0.4 && half < 0.6);
});

test("what was left off before class is off before the next one, and only that", () => {
  const stored = new Map<string, string>();
  const kept = {
    getItem: (key: string) => stored.get(key) ?? null,
    setItem: (key: string, value: string) => void stored.set(key, value),
  };
  const { source } = machine();
  const devices = new Devices(source, kept);
  devices.camera.on.value = false;
  devices.remember();
  const again = new Devices(source, kept);
  assert.deepEqual([again.camera.on.value, again.microphone.on.value], [false, true]);
  stored.set("vtp.devices.off", "not json");
  assert.equal(new Devices(source, kept).camera.on.value, true);
});

test("everybody is told where their own browser allows a camera", () => {
  const agents = {
    chromium: "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/130.0 Safari/537.36",
    firefox: "Mozilla/5.0 (X11; Linux x86_64; rv:131.0) Gecko/20100101 Firefox/131.0",
    safari: "Mozilla/5.0 (Macintosh; Intel Mac OS X) AppleWebKit/605 Version/18 Safari/605",
    ios: "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0) AppleWebKit/605 Version/18 Mobile Safari/604",
    android: "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537 Chrome/130 Mobile Safari/537",
  };
  for (const [browser, agent] of Object.entries(agents)) {
    assert.equal(browserOf(agent, false), browser);
  }
});
