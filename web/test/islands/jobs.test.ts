import assert from "node:assert/strict";
import { test } from "node:test";
import { type Filter, Jobs, merged } from "../../src/islands/job-store.ts";
import { Http } from "../../src/protocol/http.ts";
import type { Job } from "../../src/protocol/jobs.ts";
import { answers, json, problem, settled } from "../support.ts";

const ALL: Filter = { state: "", kind: "" };

function job(id: string, more: Partial<Job> = {}): Job {
  return {
    id,
    kind: "accounts.picture",
    subject: "user:1",
    state: "running",
    progress: 0,
    message: "",
    attempt: 1,
    max_attempts: 3,
    priority: 0,
    error: null,
    cancel_requested: false,
    created_at: "2026-03-12T18:00:00Z",
    run_after: "2026-03-12T18:00:00Z",
    started_at: null,
    finished_at: null,
    ...more,
  };
}

const ids = (jobs: Job[]) => jobs.map(({ id }) => id);

test("news change a job in its place", () => {
  const list = merged([job("b"), job("a")], job("a", { progress: 0.5 }), ALL);
  assert.deepEqual(ids(list), ["b", "a"]);
  assert.equal(list[1]?.progress, 0.5);
});

test("a new job comes to the top", () => {
  assert.deepEqual(ids(merged([job("a")], job("b"), ALL)), ["b", "a"]);
});

test("a job that leaves the filter leaves the list", () => {
  const running: Filter = { state: "running", kind: "" };
  assert.deepEqual(ids(merged([job("a")], job("a", { state: "failed" }), running)), []);
});

test("a job of another kind does not come in", () => {
  assert.deepEqual(ids(merged([], job("a"), { state: "", kind: "media.probe" })), []);
});

test("a page that stays open does not grow for ever", () => {
  const many = Array.from({ length: 500 }, (_, n) => job(String(n)));
  assert.equal(merged(many, job("new"), ALL).length, 500);
});

test("more jobs are added below, from where the page ended", async () => {
  const first = json({ items: [job("b")], next: "c1" });
  const server = answers(first, json({ items: [job("a")], next: null }));
  const jobs = new Jobs(new Http({ fetch: server.fetch }), { state: "running", kind: "" });
  await jobs.page.reload();
  await jobs.more();
  assert.deepEqual(ids(jobs.page.value?.items ?? []), ["b", "a"]);
  assert.equal(server.calls[1]?.url, "/api/v1/jobs?state=running&limit=50&cursor=c1");
});

test("more of a list that has been filtered meanwhile is not added to the new one", async () => {
  const first = json({ items: [job("b")], next: "c1" });
  const more = json({ items: [job("a")], next: null });
  const server = answers(first, more, json({ items: [job("c")], next: null }));
  const jobs = new Jobs(new Http({ fetch: server.fetch }), ALL);
  await jobs.page.reload();
  const asked = jobs.more();
  jobs.show({ state: "running", kind: "" });
  await asked;
  await settled();
  assert.deepEqual(ids(jobs.page.value?.items ?? []), ["c"]);
});

test("a refused act is told and changes nothing", async () => {
  const server = answers(json({ items: [job("a")], next: null }), problem(409, "conflict"));
  const jobs = new Jobs(new Http({ fetch: server.fetch }), ALL);
  await jobs.page.reload();
  assert.equal(await jobs.act(job("a"), "cancel"), false);
  assert.ok(jobs.problem.value);
  assert.deepEqual(ids(jobs.page.value?.items ?? []), ["a"]);
});

test("an accepted act shows what became of the job", async () => {
  const after = json(job("a", { cancel_requested: true }));
  const server = answers(json({ items: [job("a")], next: null }), after);
  const jobs = new Jobs(new Http({ fetch: server.fetch }), ALL);
  await jobs.page.reload();
  assert.equal(await jobs.act(job("a"), "cancel"), true);
  assert.equal(jobs.page.value?.items[0]?.cancel_requested, true);
});
