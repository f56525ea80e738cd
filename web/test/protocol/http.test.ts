import assert from "node:assert/strict";
import { test } from "node:test";
import { Http } from "../../src/protocol/http.ts";
import { Refused, Unreachable } from "../../src/protocol/problem.ts";
import { answers, json, problem } from "../support.ts";

const quick = { sleep: async () => undefined };

test("a GET is repeated while the server is being restarted", async () => {
  const server = answers(problem(503, "unavailable"), "offline", json({ id: 1 }));
  assert.deepEqual(await new Http({ ...quick, fetch: server.fetch }).get("/x"), { id: 1 });
  assert.equal(server.calls.length, 3);
});

test("a GET gives up after its pauses and says what it got last", async () => {
  const server = answers("offline", "offline", problem(503, "unavailable"));
  const asked = new Http({ ...quick, fetch: server.fetch }).get("/x");
  await assert.rejects(asked, (error) => error instanceof Refused && error.code === "unavailable");
});

test("the pause is at least as long as the server asked for", async () => {
  const slept: number[] = [];
  const server = answers(problem(503, "unavailable", { "Retry-After": "4" }), json({}));
  const sleep = async (ms: number) => void slept.push(ms);
  await new Http({ fetch: server.fetch, sleep }).get("/x");
  assert.ok((slept[0] ?? 0) >= 4_000);
});

for (const method of ["POST", "PUT", "PATCH", "DELETE"] as const) {
  test(`a ${method} is never repeated by itself`, async () => {
    const server = answers("offline", json({}));
    const http = new Http({ ...quick, fetch: server.fetch });
    await assert.rejects(http.call({ method, path: "/x", body: {} }), Unreachable);
    assert.equal(server.calls.length, 1);
  });
}

test("what the server refuses is not asked again", async () => {
  const server = answers(problem(404, "not_found"), json({}));
  await assert.rejects(new Http({ ...quick, fetch: server.fetch }).get("/x"), Refused);
  assert.equal(server.calls.length, 1);
});

test("a problem keeps its code, its fields and its request id", async () => {
  const server = answers(problem(422, "weak_password", {}, { fields: { new: "Too short." } }));
  const error = await new Http({ fetch: server.fetch }).post("/x", {}).catch((e) => e);
  assert.ok(error instanceof Refused);
  const { code, fields, requestId, message } = error;
  assert.deepEqual(
    { code, fields, requestId, message },
    { code: "weak_password", fields: { new: "Too short." }, requestId: "r1", message: "Because." },
  );
});

test("a page of a proxy instead of a problem is still a refusal", async () => {
  const page = new Response("<h1>Bad gateway</h1>", { status: 500, statusText: "Oh" });
  const error = await new Http({ fetch: answers(page).fetch }).post("/x").catch((e) => e);
  assert.ok(error instanceof Refused);
  assert.deepEqual([error.code, error.message], ["http_500", "Oh"]);
});

test("a call without an answer is given up and says that it took too long", async () => {
  const never: typeof fetch = (_, init) =>
    new Promise((_resolve, reject) => {
      init?.signal?.addEventListener("abort", () => reject(init.signal?.reason));
    });
  const error = await new Http({ fetch: never, timeout: 5 }).post("/x").catch((e) => e);
  assert.ok(error instanceof Unreachable && error.timedOut);
});

test("a cancelled call is not repeated", async () => {
  const stop = new AbortController();
  const fetch: typeof globalThis.fetch = async () => {
    stop.abort();
    throw new TypeError("aborted");
  };
  const asked = new Http({ ...quick, fetch }).get("/x", {}, stop.signal);
  await assert.rejects(asked, TypeError);
});

test("empty filters are left out of the address", async () => {
  const server = answers(json({}));
  await new Http({ fetch: server.fetch }).get("/x", { state: "", kind: "a b", cursor: undefined });
  assert.equal(server.calls[0]?.url, "/x?kind=a+b");
});

test("a blob travels as it is, everything else as JSON", async () => {
  const server = answers(json({}), json({}));
  const http = new Http({ fetch: server.fetch });
  await http.put("/x", new Blob(["…"], { type: "image/jpeg" }));
  await http.patch("/x", { name: "Ines" });
  const sent = server.calls.map(({ init }) => new Headers(init.headers).get("Content-Type"));
  assert.deepEqual(sent, ["image/jpeg", "application/json"]);
});

test("an answer without content is undefined", async () => {
  const server = answers(new Response(null, { status: 204 }));
  assert.equal(await new Http({ fetch: server.fetch }).delete("/x"), undefined);
});

test("an expired token is renewed once and the call repeated", async () => {
  const server = answers(problem(401, "bad_credentials"), json({ ok: true }));
  const tokens = ["old", "new"];
  const authorization = {
    headers: async () => ({ Authorization: `Bearer ${tokens[0]}` }),
    renew: async () => tokens.shift() !== undefined,
  };
  const http = new Http({ fetch: server.fetch, authorization });
  assert.deepEqual(await http.post("/x"), { ok: true });
  const sent = server.calls.map(({ init }) => new Headers(init.headers).get("Authorization"));
  assert.deepEqual(sent, ["Bearer old", "Bearer new"]);
});

test("a client with a token never sends the cookie of somebody else along", async () => {
  const server = answers(json({}), json({}));
  const authorization = { headers: async () => ({}), renew: async () => false };
  await new Http({ fetch: server.fetch, authorization }).get("/x");
  await new Http({ fetch: server.fetch }).get("/x");
  assert.deepEqual(
    server.calls.map(({ init }) => init.credentials),
    ["omit", "same-origin"],
  );
});

test("who is signed out meanwhile is told so, once it is sure", async () => {
  let told = 0;
  const onSignedOut = () => {
    told++;
  };
  const server = answers(problem(401, "unauthenticated"), problem(403, "forbidden"));
  const http = new Http({ fetch: server.fetch, onSignedOut });
  await assert.rejects(http.get("/x"), Refused);
  await assert.rejects(http.get("/x"), Refused);
  assert.equal(told, 1);
});
