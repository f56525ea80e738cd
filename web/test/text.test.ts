import assert from "node:assert/strict";
import { test } from "node:test";
import { t } from "../src/text.ts";

test("the build puts the sentence where its key stands", () => {
  assert.equal(t("toast.undo"), "Undo");
});

test("values stand where the sentence names them", () => {
  assert.equal(t("job.attempts", { attempt: 2, most: 3 }), "2 of 3");
});

test("a value is text, whatever it looks like", () => {
  assert.equal(t("keys.revoked", { name: "{name} <b>" }), "“{name} <b>” is revoked.");
});
