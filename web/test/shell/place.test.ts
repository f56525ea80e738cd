import assert from "node:assert/strict";
import { test } from "node:test";
import { below, centred } from "../../src/shell/place.ts";

const view = { width: 400, height: 300 };
const menu = { width: 200, height: 100 };
const at = (left: number, top: number) => ({ left, top, width: 40, height: 40 });

test("a menu opens under its button", () => {
  assert.deepEqual(below(at(50, 50), menu, view, "start"), { left: 50, top: 94 });
});

test("at the right edge the other edges meet", () => {
  assert.deepEqual(below(at(350, 50), menu, view, "end"), { left: 190, top: 94 });
});

test("without room below it opens above", () => {
  assert.equal(below(at(50, 240), menu, view, "start").top, 136);
});

test("it never leaves the window", () => {
  assert.deepEqual(below(at(390, 50), menu, view, "start").left, 192);
  assert.deepEqual(below(at(0, 50), menu, view, "end").left, 8);
  assert.equal(below(at(50, 130), { width: 200, height: 400 }, view, "start").top, 8);
});

test("a tooltip is centred under its control, above at the lower edge", () => {
  const tip = { width: 100, height: 30 };
  assert.deepEqual(centred(at(100, 100), tip, view), { left: 70, top: 144 });
  assert.equal(centred(at(100, 250), tip, view).top, 216);
});
