import assert from "node:assert/strict";
import { test } from "node:test";
import { type Notice, Notices, together } from "../../../src/islands/room/notices.ts";

const did = (what: "joined" | "left" | "hand", name: string): Notice => ({
  text: `${name}.`,
  icon: "hand",
  about: { what, name },
});

test("names are said together, and not all of many", () => {
  assert.equal(together(["Priya"]), "Priya");
  assert.equal(together(["Priya", "Duc"]), "Priya and Duc");
  assert.equal(together(["Priya", "Duc", "Lars", "Mei"]), "Priya, Duc and 2 others");
});

test("who does the same in a moment is in one notice, once", () => {
  const notices = new Notices();
  for (const name of ["Priya", "Duc", "Priya"]) notices.tell(did("hand", name));
  assert.equal(notices.shown.value?.text, "Priya and Duc raised a hand");
  notices.tell(did("left", "Lars"));
  assert.equal(notices.shown.value?.text, "Lars left");
  notices.clear();
  notices.tell(did("hand", "Mei"));
  assert.equal(notices.shown.value?.text, "Mei raised a hand");
  notices.clear();
});

test("screen readers hear what was gathered, and at once what is urgent", (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const notices = new Notices();
  notices.tell(did("joined", "Priya"));
  notices.tell({ text: "Ines muted you", icon: "mic-off", urgent: true });
  notices.tell(did("joined", "Duc"));
  notices.tell({ text: "Ines shares a screen", icon: "monitor-up" });
  assert.equal(notices.assertive.value, "Ines muted you");
  assert.equal(notices.polite.value, "");
  context.mock.timers.tick(3_000);
  assert.equal(notices.polite.value, "Priya and Duc joined. Ines shares a screen.");
});
