import assert from "node:assert/strict";
import { test } from "node:test";
import { Reports, withoutSecrets } from "../src/errors.ts";

function broken(message: string): Error {
  const error = new TypeError(message);
  error.stack = `TypeError: ${message}\n    at Jobs (https://class.example.org/static/jobs.js:1:42)`;
  return error;
}

test("a report says what broke and where", () => {
  const report = new Reports().next(broken("items is undefined"), "island jobs", "/admin/jobs");
  assert.equal(report?.message, "TypeError: items is undefined");
  assert.match(report?.stack ?? "", /jobs\.js:1:42/);
  assert.deepEqual([report?.source, report?.page], ["island jobs", "/admin/jobs"]);
});

test("the same error is told once, and never more than five", () => {
  const reports = new Reports();
  const told = ["a", "a", "b", "c", "d", "e", "f", "g"].filter((message) =>
    reports.next(broken(message), "page", "/"),
  );
  assert.deepEqual(told, ["a", "b", "c", "d", "e"]);
});

for (const noise of ["ResizeObserver loop limit exceeded", "Script error."]) {
  test(`"${noise}" says nothing about us`, () => {
    assert.equal(new Reports().next(noise, "page", "/"), undefined);
  });
}

test("what an extension breaks is not ours", () => {
  const error = broken("x");
  error.stack = "at moz-extension://0c1d/content.js:3:1";
  assert.equal(new Reports().next(error, "page", "/"), undefined);
});

test("long messages are cut", () => {
  const report = new Reports().next(
    broken("x".repeat(10_000)),
    "s".repeat(999),
    `/${"p".repeat(999)}`,
  );
  assert.ok((report?.message.length ?? 0) <= 300);
  assert.ok((report?.stack.length ?? 0) <= 4_000);
  assert.ok((report?.source.length ?? 0) <= 200);
  assert.ok((report?.page.length ?? 0) <= 200);
});

for (const secret of [
  "key vtp_Qk1x9aZ0rJ4sT7uV2wX5yB8cD1eF3gH6iK9lM0nP2qR",
  "refresh vtpr_AZgcXpoQfD6PADydK28aRAAAAAA",
  "token eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIwMTk4MWM1ZSJ9.c2lnbmF0dXJl",
  "at https://class.example.org/setup?token=c2VjcmV0IQ",
  "for ines.carvalho@school.example",
]) {
  test(`a report is clean of the ${secret.split(" ")[0]}`, () => {
    const cleaned = withoutSecrets(secret);
    assert.doesNotMatch(cleaned, /Qk1x9|AZgcX|eyJhb|c2VjcmV0|ines/);
  });
}

test("places in a stack are kept", () => {
  const place = "at a (https://class.example.org/static/jobs-5F3A.js:10:42)";
  assert.equal(withoutSecrets(place), place);
});
