import assert from "node:assert/strict";
import { test } from "node:test";
import { initials, pairOf } from "../../src/islands/avatar.tsx";

for (const [name, shown] of [
  ["Ines Carvalho", "IC"],
  ["Mei-Ling", "M"],
  ["  Ana  Maria de Souza ", "AS"],
  ["élodie øst", "ÉØ"],
  ["𝒜lice Bee", "𝒜B"],
  ["", "?"],
]) {
  test(`the initials of "${name}" are ${shown}`, () => {
    assert.equal(initials(name ?? ""), shown);
  });
}

test("every id has one of seven pairs, the same as in the templates", () => {
  assert.equal(pairOf("018f3f4e-7c1a-7000-8000-0000000000a4"), (0xa4 % 7) + 1);
  assert.equal(pairOf("no id"), 1);
  const all = new Set(
    Array.from({ length: 100 }, (_, n) => pairOf(n.toString(16).padStart(4, "0"))),
  );
  assert.deepEqual([...all].sort(), [1, 2, 3, 4, 5, 6, 7]);
});
