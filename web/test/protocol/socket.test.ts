import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import { test } from "node:test";
import type { Socket } from "socket.io-client";
import { Refused, Unreachable } from "../../src/protocol/problem.ts";
import { Live } from "../../src/protocol/socket.ts";
import { settled } from "../support.ts";

/** As much of a socket as `Live` uses. */
class Line extends EventEmitter {
  active = true;
  readonly sent: unknown[][] = [];
  reply: (...sent: unknown[]) => unknown = () => ({ ok: "done" });

  timeout(): { emitWithAck: (...sent: unknown[]) => Promise<unknown> } {
    return {
      emitWithAck: async (...sent) => {
        this.sent.push(sent);
        return this.reply(...sent);
      },
    };
  }

  connects = 0;

  connect(): void {
    this.connects++;
    this.active = true;
  }

  disconnect(): void {
    this.active = false;
    this.emit("disconnect");
  }
}

function live() {
  const line = new Line();
  return { line, made: new Live({}, line as unknown as Socket) };
}

test("a call gives what was acknowledged", async () => {
  const { line, made } = live();
  assert.equal(await made.call("jobs.watch", { id: "1" }), "done");
  assert.deepEqual(line.sent, [["jobs.watch", { id: "1" }]]);
});

test("a refused call is a problem like over HTTP", async () => {
  const { line, made } = live();
  line.reply = () => ({ error: { code: "forbidden", detail: "Not yours.", retry_after: 3 } });
  const error = await made.call("jobs.watch").catch((e) => e);
  assert.ok(error instanceof Refused);
  assert.deepEqual([error.code, error.message, error.retryAfter], ["forbidden", "Not yours.", 3]);
});

test("a call that nobody acknowledges is given up", async () => {
  const { line, made } = live();
  line.reply = () => {
    throw new Error("operation has timed out");
  };
  await assert.rejects(made.call("jobs.watch"), Unreachable);
});

test("a watch asks again after every reconnect, until it ends", async () => {
  const { line, made } = live();
  const results: unknown[] = [];
  const off = made.watch("jobs.watch", {}, (result) => results.push(result));
  line.emit("connect");
  line.emit("disconnect");
  line.emit("connect");
  await settled();
  assert.equal(results.length, 2);
  off();
  line.emit("disconnect");
  line.emit("connect");
  await settled();
  assert.equal(results.length, 2);
});

test("a watch on an open line asks at once", async () => {
  const { line, made } = live();
  line.emit("connect");
  made.watch("jobs.watch", {}, () => undefined);
  assert.equal(line.sent.length, 1);
});

test("a lost line comes back, one that was ended does not", () => {
  const { line, made } = live();
  const states: string[] = [];
  made.onState((state) => states.push(state));
  line.emit("connect");
  line.emit("disconnect");
  line.emit("connect");
  line.emit("ended", { code: "revoked" });
  line.emit("disconnect");
  line.emit("connect");
  assert.deepEqual(states, ["open", "away", "open", "ended"]);
});

test("a line that was refused for good has ended", () => {
  const { line, made } = live();
  line.active = false;
  line.emit("connect_error", new Error("unauthenticated"));
  assert.equal(made.state, "ended");
});

test("news stop when one stops listening", () => {
  const { line, made } = live();
  const heard: unknown[] = [];
  const off = made.on("jobs.changed", (job) => heard.push(job));
  line.emit("jobs.changed", 1);
  off();
  line.emit("jobs.changed", 2);
  assert.deepEqual(heard, [1]);
});

test("closing forgets the watches", () => {
  const { line, made } = live();
  made.watch("jobs.watch", {}, () => undefined);
  made.close();
  line.emit("connect");
  assert.equal(line.sent.length, 0);
});

test("a call on a line that is away does not wait for it to come back", async () => {
  const { line, made } = live();
  line.emit("connect");
  line.emit("disconnect");
  await assert.rejects(made.call("media.prefer", {}), Unreachable);
  assert.equal(line.sent.length, 0);
});

test("a call that came too fast is sent again when it may be", async () => {
  const { line, made } = live();
  let tries = 0;
  line.reply = () =>
    ++tries < 3 ? { error: { code: "limited", detail: "Slowly.", retry_after: 0.001 } } : { ok: 1 };
  assert.equal(await made.call("media.resume", {}), 1);
  assert.equal(tries, 3);
});

test("few calls wait at once, the others follow in order", async () => {
  const { line, made } = live();
  const waiting: ((ack: unknown) => void)[] = [];
  line.reply = () => new Promise((done) => waiting.push(done));
  const calls = Array.from({ length: 20 }, (_, index) => made.call("media.resume", index));
  await settled();
  assert.equal(line.sent.length, 8);
  while (waiting.length > 0) {
    waiting.shift()?.({ ok: 1 });
    await settled();
  }
  await Promise.all(calls);
  assert.deepEqual(
    line.sent.map(([, body]) => body),
    Array.from({ length: 20 }, (_, index) => index),
  );
});

test("a line that is away tries at once when it is told to", () => {
  const { line, made } = live();
  line.emit("connect");
  made.hurry();
  assert.equal(line.connects, 0, "a line that is open is left alone");
  line.emit("disconnect");
  made.hurry();
  assert.deepEqual([line.connects, made.state], [1, "away"]);
  line.emit("connect");
  assert.equal(made.state, "open");
});

test("a line that is renewed was away, and comes back at once", () => {
  const { line, made } = live();
  const states: string[] = [];
  made.onState((state) => states.push(state));
  line.emit("connect");
  made.renew();
  line.emit("connect");
  assert.deepEqual([line.connects, states], [1, ["open", "away", "open"]]);
});

test("a line that has ended is not opened again", () => {
  const { line, made } = live();
  line.emit("ended", { code: "revoked" });
  made.renew();
  made.hurry();
  assert.deepEqual([line.connects, made.state], [0, "ended"]);
});

test("a line that was lost is tried again by itself", (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const { line } = live();
  line.emit("connect");
  line.emit("disconnect");
  context.mock.timers.tick(400);
  assert.equal(line.connects, 1);
  line.emit("connect_error", new Error("refused"));
  context.mock.timers.tick(700);
  assert.equal(line.connects, 2);
});

test("once the network is back there are three tries within two seconds, the first at once", (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const { line, made } = live();
  line.emit("connect");
  line.emit("disconnect");
  // Away for long: tries by itself are seldom by now.
  for (let tries = 0; tries < 12; tries++) {
    context.mock.timers.tick(60_000);
    line.emit("connect_error", new Error("no network"));
  }
  const before = line.connects;
  made.hurry();
  assert.equal(line.connects - before, 1);
  let failed = before;
  for (let waited = 0; waited < 2_000; waited += 10) {
    if (line.connects > failed) line.emit("connect_error", new Error("not yet"));
    failed = line.connects;
    context.mock.timers.tick(10);
  }
  assert.ok(line.connects - before >= 3);
});
