import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { stayAwake } from "../../../src/islands/room/wake.ts";

/** A page and its clock; what the class was told, and when. */
function page(t: TestContext) {
  t.mock.timers.enable({ apis: ["setInterval", "Date"], now: 1_000_000 });
  const began = Date.now();
  const said: { what: string; at: number }[] = [];
  const [window, document] = [new EventTarget(), new EventTarget()];
  const before = { addEventListener: globalThis.addEventListener, document: globalThis.document };
  Object.assign(document, { visibilityState: "visible" });
  Object.assign(globalThis, {
    addEventListener: window.addEventListener.bind(window),
    document,
  });
  t.after(() => Object.assign(globalThis, before));
  stayAwake({
    hurry: () => said.push({ what: "hurry", at: Date.now() - began }),
    moved: () => said.push({ what: "moved", at: Date.now() - began }),
  });
  return { said, window, document, clock: t.mock.timers };
}

test("another network is followed in the same moment, and so is its loss", (t) => {
  const { said, window, clock } = page(t);
  clock.tick(1_234);
  window.dispatchEvent(new Event("offline"));
  clock.tick(4_000);
  window.dispatchEvent(new Event("online"));
  assert.deepEqual(said, [
    { what: "moved", at: 1_234 },
    { what: "moved", at: 5_234 },
  ]);
});

test("a machine that slept is noticed at the first look after it", (t) => {
  const { said, clock } = page(t);
  clock.tick(2_000);
  // Asleep: the clock goes on, and nothing on the page does.
  clock.setTime(Date.now() + 600_000);
  const woke = Date.now() - 1_000_000;
  clock.tick(2_000);
  assert.equal(said.length, 1);
  assert.equal(said[0]?.what, "moved");
  assert.ok((said[0]?.at ?? Infinity) - woke <= 2_000);
});

test("a slow moment is no sleep; to be looked at again is a reason to try", (t) => {
  const { said, document, clock } = page(t);
  clock.tick(14_000);
  clock.setTime(Date.now() + 8_000);
  clock.tick(4_000);
  assert.deepEqual(said, []);
  document.dispatchEvent(new Event("visibilitychange"));
  document.dispatchEvent(new Event("resume"));
  assert.deepEqual(
    said.map(({ what }) => what),
    ["hurry", "moved"],
  );
});
