import assert from "node:assert/strict";
import { test } from "node:test";
import {
  answeredBy,
  deleted,
  earlier,
  entered,
  happened,
  partner,
  pollIs,
  SILENT,
  said,
  tallied,
} from "../../src/protocol/conversation.ts";
import type { Message, Poll, TalkSnapshot } from "../../src/protocol/talk-wire.ts";

function message(id: string, more: Partial<Message> = {}): Message {
  return {
    id,
    author: "noor",
    name: "Noor",
    role: "member",
    sent_at: "2026-03-12T18:00:00Z",
    text: `said ${id}`,
    to: null,
    reply: null,
    image: null,
    deleted: null,
    ...more,
  };
}

function poll(id: string, more: Partial<Poll> = {}): Poll {
  return {
    id,
    kind: "single",
    question: "Ready?",
    options: ["Yes", "No"],
    anonymous: true,
    live: false,
    stage: "open",
    opened_at: null,
    closed_at: null,
    shared: false,
    answered: null,
    counts: null,
    ...more,
  };
}

function snapshot(more: Partial<TalkSnapshot> = {}): TalkSnapshot {
  return { messages: [], more: false, polls: [], answers: [], lost: null, ...more };
}

const ids = ({ messages }: { messages: readonly Message[] }) => messages.map(({ id }) => id);

test("messages stand in the order of their numbers, whichever way they came, each once", () => {
  let now = entered(SILENT, snapshot({ messages: [message("2"), message("5")] }));
  for (const id of ["4", "9", "2", "1"]) now = said(now, message(id));
  assert.deepEqual(ids(now), ["1", "2", "4", "5", "9"]);
});

test("what was paged back to is kept after a cut where it joins on", () => {
  let now = entered(SILENT, snapshot({ messages: [message("3"), message("4")], more: true }));
  now = earlier(now, { messages: [message("1"), message("2")], more: false });
  const joins = entered(now, snapshot({ messages: [message("4"), message("5")], more: true }));
  assert.deepEqual([ids(joins), joins.more], [["1", "2", "3", "4", "5"], false]);
  const apart = entered(now, snapshot({ messages: [message("7")], more: true }));
  assert.deepEqual([ids(apart), apart.more], [["7"], true]);
});

test("what is deleted is gone, also in quotes", () => {
  const reply = { id: "1", name: "Noor", text: "a secret" };
  let now = entered(SILENT, snapshot({ messages: [message("1"), message("2", { reply })] }));
  now = deleted(now, "1", "staff");
  assert.equal(now.messages[0]?.text, "");
  assert.equal(now.messages[0]?.deleted, "staff");
  assert.equal(now.messages[1]?.reply?.text, "");
});

test("a host keeps the sums when everybody is told of a step", () => {
  let now = pollIs(SILENT, poll("p", { answered: 2, counts: [1, 1] }));
  now = happened(now, { type: "poll_closed", poll: poll("p", { stage: "closed" }) });
  assert.deepEqual(now.polls.get("p")?.counts, [1, 1]);
  assert.equal(now.polls.get("p")?.stage, "closed");
  now = tallied(now, { poll: "p", answered: 3, counts: [2, 1] });
  assert.deepEqual(now.polls.get("p")?.counts, [2, 1]);
  assert.equal(tallied(now, { poll: "other", answered: 1, counts: [] }), now);
});

test("one's answer is known from whatever device", () => {
  const now = answeredBy(SILENT, { poll: "p", choices: [1], text: "" });
  assert.deepEqual(now.answers.get("p")?.choices, [1]);
});

test("a private message is shared with the other of the two", () => {
  const to = { user_id: "ines", name: "Ines" };
  assert.equal(partner(message("1", { to }), "noor"), "ines");
  assert.equal(partner(message("1", { to }), "ines"), "noor");
  assert.equal(partner(message("1"), "ines"), undefined);
});

test("a page keeps the newest of very many messages, and what somebody asked for as well", () => {
  const numbered = (n: number) => message(String(n).padStart(6, "0"));
  let now = SILENT;
  for (let n = 1_000; n < 3_000; n++) now = said(now, numbered(n));
  assert.ok(now.messages.length <= 600 && now.messages.length >= 500);
  assert.ok(now.more);
  assert.equal(now.messages.at(-1)?.id, "002999");
  const first = Number(now.messages[0]?.id);
  const page = Array.from({ length: 50 }, (_, at) => numbered(first - 50 + at));
  now = earlier(now, { messages: page, more: true });
  for (let n = 3_000; n < 3_100; n++) now = said(now, numbered(n));
  assert.equal(Number(now.messages[0]?.id), first - 50);
});
