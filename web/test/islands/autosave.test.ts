import assert from "node:assert/strict";
import { test } from "node:test";
import { Autosave, type SaveState, SignedOut } from "../../src/islands/autosave.ts";
import { Refused, Unreachable } from "../../src/protocol/problem.ts";
import { settled } from "../support.ts";

interface Profile {
  name: string;
  theme: string;
}

/** A form on a clock of its own: `pass` lets the planned saves run. */
function form(...results: (Error | "saved")[]) {
  const sent: Partial<Profile>[] = [];
  const states: SaveState[] = [];
  const kept: (Partial<Profile> | undefined)[] = [];
  let planned: (() => void) | undefined;
  const saving = new Autosave<Profile>({
    save: async (changes) => {
      sent.push(changes);
      const result = results.shift() ?? "saved";
      if (result instanceof Error) throw result;
    },
    onState: (state) => states.push(state),
    keep: (changes) => kept.push(changes),
    now: () => 1_000,
    after: (_, run) => {
      planned = run;
      return () => {
        planned = undefined;
      };
    },
  });
  const pass = async () => {
    const run = planned;
    planned = undefined;
    run?.();
    await settled();
  };
  return {
    saving,
    sent,
    states,
    kept,
    pass,
    get waits() {
      return planned !== undefined;
    },
  };
}

const refused = new Refused({
  type: "",
  title: "No.",
  status: 422,
  code: "invalid",
  fields: { name: "Too long." },
});

test("changes that come soon after another are saved together", async () => {
  const { saving, sent, pass } = form();
  saving.change({ name: "I" }, 800);
  saving.change({ name: "Ines" }, 800);
  saving.change({ theme: "dark" });
  await pass();
  assert.deepEqual(sent, [{ name: "Ines", theme: "dark" }]);
});

test("the state goes from saving to saved with the time", async () => {
  const { saving, states, pass } = form();
  saving.change({ name: "Ines" });
  await pass();
  assert.deepEqual(states, [{ kind: "saving" }, { kind: "saved", at: 1_000 }]);
});

test("what changes while saving is saved next, one request at a time", async () => {
  const { saving, sent, states, pass } = form();
  saving.change({ name: "Ines" });
  const first = pass();
  saving.change({ name: "Ines C" });
  await first;
  await pass();
  assert.deepEqual(sent, [{ name: "Ines" }, { name: "Ines C" }]);
  assert.equal(states.filter(({ kind }) => kind === "saved").length, 1);
});

test("while offline changes are kept, tried again, and newer ones win", async () => {
  const page = form(new Unreachable("gone"));
  page.saving.change({ name: "Ines", theme: "dark" });
  await page.pass();
  assert.equal(page.states.at(-1)?.kind, "offline");
  assert.ok(page.waits);
  page.saving.change({ name: "Ines C" });
  await page.pass();
  assert.deepEqual(page.sent.at(-1), { name: "Ines C", theme: "dark" });
  assert.equal(page.kept.at(-1), undefined);
});

for (const status of [500, 503]) {
  test(`after a ${status} the change is kept for later`, async () => {
    const page = form(new Refused({ type: "", title: "No.", status, code: "x" }));
    page.saving.change({ name: "Ines" });
    await page.pass();
    assert.equal(page.states.at(-1)?.kind, "offline");
    assert.deepEqual(page.kept.at(-1), { name: "Ines" });
  });
}

test("signed out the change is kept, and sent by the next change or when one comes back", async () => {
  const page = form(new SignedOut(), new SignedOut());
  page.saving.change({ name: "Ines" });
  await page.pass();
  assert.deepEqual(page.states.at(-1), { kind: "signed-out" });
  assert.deepEqual([page.waits, page.kept.at(-1)], [false, { name: "Ines" }]);
  page.saving.change({ theme: "dark" });
  await page.pass();
  assert.deepEqual(
    page.states.map(({ kind }) => kind),
    ["saving", "signed-out"],
  );
  page.saving.flush();
  await settled();
  assert.deepEqual(page.sent.slice(1), Array(2).fill({ name: "Ines", theme: "dark" }));
  assert.deepEqual([page.states.at(-1)?.kind, page.kept.at(-1)], ["saved", undefined]);
});

test("what is on its way is kept too until it has arrived", async () => {
  const page = form();
  page.saving.change({ name: "Ines" });
  const first = page.pass();
  page.saving.change({ theme: "dark" });
  assert.deepEqual(page.kept.at(-1), { name: "Ines", theme: "dark" });
  await first;
  assert.deepEqual(page.kept.at(-1), { theme: "dark" });
});

test("a refused change is not sent again and names its field", async () => {
  const page = form(refused);
  page.saving.change({ name: "…" });
  await page.pass();
  assert.deepEqual(page.states.at(-1), {
    kind: "refused",
    reason: "No.",
    fields: { name: "Too long." },
  });
  assert.deepEqual([page.waits, page.kept.at(-1)], [false, undefined]);
});

test("leaving saves at once what still waits", async () => {
  const page = form();
  page.saving.change({ name: "Ines" }, 800);
  page.saving.flush();
  await settled();
  assert.deepEqual([page.sent, page.waits], [[{ name: "Ines" }], false]);
});

test("without a change nothing is sent", async () => {
  const page = form();
  page.saving.flush();
  await settled();
  assert.deepEqual(page.sent, []);
});
