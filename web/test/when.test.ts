import assert from "node:assert/strict";
import { test } from "node:test";
import { When } from "../src/when.ts";

const NOW = Date.parse("2026-03-12T18:00:00Z");

for (const [iso, shown] of [
  ["2026-03-12T17:59:30Z", "now"],
  ["2026-03-12T17:57:00Z", "3 minutes ago"],
  ["2026-03-12T12:00:00Z", "6 hours ago"],
  ["2026-03-11T12:00:00Z", "yesterday"],
  ["2026-03-14T18:00:00Z", "in 2 days"],
  ["2026-01-01T00:00:00Z", "1 January 2026"],
] as const) {
  test(`${iso} is "${shown}"`, () => {
    assert.equal(new When("UTC").near(iso, NOW), shown);
  });
}

test("a day is the day in the zone of the reader", () => {
  assert.equal(new When("Asia/Tokyo").day("2026-03-12T18:00:00Z"), "13 March 2026");
});

test("a clock shows the time in the zone of the reader", () => {
  assert.equal(new When("Asia/Tokyo").clock(NOW), "03:00");
});

test("a zone that the browser does not know breaks nothing", () => {
  assert.match(new When("Moon/Crater").full("2026-03-12T18:00:00Z"), /2026/);
});
