import assert from "node:assert/strict";
import { test } from "node:test";
import { Unreachable } from "../../src/protocol/problem.ts";
import { type Kept, Tokens } from "../../src/protocol/tokens.ts";
import { answers, json, problem } from "../support.ts";

const NOW = 1_000_000;
const fresh: Kept = { access: "a1", refresh: "r1", endsAt: NOW + 900_000 };
const stale: Kept = { ...fresh, endsAt: NOW + 10_000 };
const pair = (n: number) =>
  json({ access_token: `a${n}`, refresh_token: `r${n}`, expires_in: 900 });

function tokens(kept: Kept | undefined, ...prepared: (Response | "offline")[]) {
  const changes: (Kept | undefined)[] = [];
  const server = answers(...prepared);
  const onChange = (now: Kept | undefined) => changes.push(now);
  const made = new Tokens({ fetch: server.fetch, now: () => NOW, onChange }, kept);
  return { made, server, changes };
}

test("signing in keeps the pair and when it ends", async () => {
  const { made, changes } = tokens(undefined, pair(1));
  await made.signIn("ines@school.example", "violet harbour");
  assert.deepEqual(changes, [fresh]);
  assert.deepEqual(await made.headers(), { Authorization: "Bearer a1" });
});

test("a token that lives long enough is used as it is", async () => {
  const { made, server } = tokens(fresh);
  assert.deepEqual(await made.headers(), { Authorization: "Bearer a1" });
  assert.equal(server.calls.length, 0);
});

test("a token near its end is renewed first", async () => {
  const { made, server } = tokens(stale, pair(2));
  assert.deepEqual(await made.headers(), { Authorization: "Bearer a2" });
  assert.deepEqual(JSON.parse(String(server.calls[0]?.init.body)), { refresh_token: "r1" });
});

test("many calls at once use a refresh token only once", async () => {
  const { made, server } = tokens(stale, pair(2));
  const all = await Promise.all([made.headers(), made.headers(), made.renew()]);
  assert.deepEqual(all, [{ Authorization: "Bearer a2" }, { Authorization: "Bearer a2" }, true]);
  assert.equal(server.calls.length, 1);
});

test("a refused refresh token ends the sign-in", async () => {
  const { made, changes } = tokens(stale, problem(401, "refresh_token_reused"));
  assert.equal(await made.renew(), false);
  assert.deepEqual([made.signedIn, changes], [false, [undefined]]);
  assert.deepEqual(await made.headers(), {});
});

test("a server that is away ends nothing", async () => {
  const { made } = tokens(stale, "offline", problem(503, "unavailable"), pair(2));
  await assert.rejects(made.renew(), Unreachable);
  await assert.rejects(made.renew());
  assert.equal(made.signedIn, true);
  assert.equal(await made.renew(), true);
});

test("signing out tells the server with the last token", async () => {
  const { made, server, changes } = tokens(fresh, new Response(null, { status: 204 }));
  await made.signOut();
  const sent = new Headers(server.calls[0]?.init.headers).get("Authorization");
  assert.deepEqual([sent, changes], ["Bearer a1", [undefined]]);
});

test("who is not signed in has nothing to renew", async () => {
  assert.equal(await tokens(undefined).made.renew(), false);
});
