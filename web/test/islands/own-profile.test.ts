import assert from "node:assert/strict";
import { test } from "node:test";
import { SignedOut } from "../../src/islands/autosave.ts";
import { OwnProfile } from "../../src/islands/own-profile.ts";
import { Http } from "../../src/protocol/http.ts";
import { Refused } from "../../src/protocol/problem.ts";
import { answers, json, problem } from "../support.ts";

function profileOf(user: string, ...prepared: Response[]) {
  const server = answers(...prepared);
  const own = new OwnProfile(new Http({ fetch: server.fetch }), user);
  const methods = () => server.calls.map(({ init }) => init.method);
  return { own, methods };
}

test("on a page that was never left a change is sent without asking", async () => {
  const { own, methods } = profileOf("noor", json({}));
  await own.save({ name: "Noor" });
  assert.deepEqual(methods(), ["PATCH"]);
});

test("after the page was left it asks once who is signed in", async () => {
  const { own, methods } = profileOf("noor", json({ id: "noor" }), json({}), json({}));
  own.doubt();
  await own.save({ name: "Noor" });
  await own.save({ name: "Noor H." });
  assert.deepEqual(methods(), ["GET", "PATCH", "PATCH"]);
});

test("nothing is written into the profile of somebody else", async () => {
  const { own, methods } = profileOf("noor", json({ id: "ines" }), json({ id: "ines" }));
  own.doubt();
  await assert.rejects(own.save({ name: "Noor" }), SignedOut);
  await assert.rejects(own.save({ name: "Noor" }), SignedOut);
  assert.deepEqual(methods(), ["GET", "GET"]);
});

test("who was signed out is asked for again before anything is sent", async () => {
  const { own, methods } = profileOf("noor", problem(401, "unauthenticated"), json({ id: "ines" }));
  await assert.rejects(own.save({ name: "Noor" }), SignedOut);
  await assert.rejects(own.save({ name: "Noor" }), SignedOut);
  assert.deepEqual(methods(), ["PATCH", "GET"]);
});

test("any other refusal stays what it is", async () => {
  const { own } = profileOf("noor", problem(422, "invalid"));
  await assert.rejects(own.save({ name: "" }), Refused);
});
