import assert from "node:assert/strict";
import { test } from "node:test";
import { GAP, grid, pageOf, pages, pair, perPage } from "../../../src/islands/room/layout.ts";

const DESK = { width: 1256, height: 668 };

test("tiles are as large as they can be", () => {
  const columns = [1, 2, 3, 4, 6, 9, 12].map((count) => grid(count, DESK).columns);
  assert.deepEqual(columns, [1, 2, 2, 2, 3, 3, 4]);
});

test("tiles never stick out, and are never wider or narrower than faces bear", () => {
  for (let count = 1; count <= 25; count++) {
    for (const room of [DESK, { width: 904, height: 668 }, { width: 580, height: 900 }]) {
      const { columns, rows, tile } = grid(count, room);
      assert.ok(columns * tile.width + (columns - 1) * GAP <= room.width);
      assert.ok(rows * tile.height + (rows - 1) * GAP <= room.height);
      const ratio = tile.width / tile.height;
      assert.ok(ratio > 1.3 && ratio < 1.8, `${count}: ${ratio}`);
      assert.ok(columns * rows >= count);
    }
  }
});

test("on a phone two stand side by side, nearly square", () => {
  const { width, height } = pair(4, { width: 370, height: 360 }).tile;
  assert.ok(2 * width + GAP <= 370 && 2 * height + GAP <= 360);
  assert.deepEqual(pair(0, { width: 0, height: 0 }).tile, { width: 0, height: 0 });
});

test("a page is never past the last one", () => {
  const people = [1, 2, 3, 4, 5];
  assert.equal(pages(people.length, 2), 3);
  assert.deepEqual(pageOf(people, 2, 0), [1, 2]);
  assert.deepEqual(pageOf(people, 2, 9), [5]);
  assert.deepEqual(pageOf([], 2, 0), []);
});

test("wider windows show more people, a panel leaves place for fewer", () => {
  const wide = [390, 768, 1280, 1600, 2560].map((width) => perPage(width, false));
  assert.deepEqual(wide, [5, 6, 12, 16, 25]);
  assert.ok(perPage(1280, true) < perPage(1280, false));
});
