import assert from "node:assert/strict";
import { test } from "node:test";
import { allZones, zoneName } from "../src/zones.ts";

test("every zone is there once, by the name of today", () => {
  const zones = allZones("Europe/Kyiv");
  assert.equal(new Set(zones).size, zones.length);
  assert.ok(zones.includes("Asia/Kolkata") && !zones.includes("Asia/Calcutta"));
  assert.ok(zones.includes("UTC") && zones.length > 300);
});

test("a zone that only the server knows stays chosen", () => {
  assert.ok(allZones("Etc/GMT+12").includes("Etc/GMT+12"));
});

test("names are shown without underscores", () => {
  assert.equal(zoneName("America/Argentina/Buenos_Aires"), "America/Argentina/Buenos Aires");
});
