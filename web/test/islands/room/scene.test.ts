import assert from "node:assert/strict";
import { test } from "node:test";
import type { Person } from "../../../src/islands/room/people.ts";
import { type Asked, type Placed, scene } from "../../../src/islands/room/scene.ts";
import { participant, track } from "../../classroom.ts";

function person(id: string, more: Partial<Person> = {}): Person {
  return {
    participant: participant(id),
    self: id === "me",
    camera: undefined,
    microphone: undefined,
    screen: undefined,
    hand: undefined,
    ...more,
  };
}

/** So many, oneself last among them. */
function people(count: number): Person[] {
  return Array.from({ length: count }, (_, n) => person(n === count - 1 ? "me" : `p${n}`));
}

const DESK: Asked = {
  size: { width: 1256, height: 668 },
  window: 1280,
  form: "desk",
  panel: false,
  staff: false,
  people: [],
  shares: [],
  wish: "auto",
  pin: undefined,
  speaker: undefined,
  page: 0,
  most: 99,
};
const PHONE: Partial<Asked> = {
  form: "phone",
  window: 390,
  size: { width: 370, height: 690 },
};

const keys = (placed: Placed[]) => placed.map(({ key }) => key);

test("the layout follows how many there are, and who looks", () => {
  const kinds = (staff: boolean) =>
    [1, 2, 3, 12, 13].map((n) => scene({ ...DESK, staff, people: people(n) }).kind);
  assert.deepEqual(kinds(false), ["alone", "pair", "grid", "grid", "speaker"]);
  assert.deepEqual(kinds(true), ["alone", "pair", "grid", "grid", "grid"]);
});

test("one's own choice wins, a pin wins over it, and a share over a choice", () => {
  const all = people(13);
  const ask = (more: Partial<Asked>) => scene({ ...DESK, people: all, ...more });
  assert.equal(ask({ wish: "grid" }).kind, "grid");
  assert.deepEqual(keys(ask({ wish: "grid", pin: "p5" }).placed)[0], "p5");
  const [sharer] = all;
  const shares = [{ ...sharer, screen: track("s", "p0", { source: "screen" }) } as Person];
  assert.equal(ask({ wish: "grid", shares }).kind, "share");
  const aside = ask({ shares, pin: "p5" });
  assert.deepEqual([aside.kind, keys(aside.placed).slice(0, 2)], ["speaker", ["p5", "s"]]);
});

test("whoever has the floor is large, else the first of the others", () => {
  const large = (speaker?: string) =>
    scene({ ...DESK, people: people(20), speaker }).placed[0]?.key;
  assert.deepEqual([large(), large("p7"), large("gone")], ["p0", "p7", "p0"]);
});

test("a page has no more than it should, and oneself is last on the first", () => {
  const first = scene({ ...DESK, staff: true, people: people(25) });
  assert.deepEqual([first.placed.length, first.pages, first.front], [12, 3, 11]);
  assert.equal(first.placed.at(-1)?.key, "me");
  const last = scene({ ...DESK, staff: true, people: people(25), page: 9 });
  assert.deepEqual([last.page, last.placed.length], [2, 1]);
  const fewer = scene({ ...DESK, staff: true, people: people(25), most: 6 });
  assert.equal(fewer.placed.length, 6);
});

test("a strip shows who fits and says how many do not", () => {
  const { placed, more } = scene({ ...DESK, people: people(25) });
  assert.deepEqual([placed.length, more?.count], [7, 18]);
  assert.equal(placed.at(-1)?.key, "me");
  const second = scene({ ...DESK, people: people(25), page: 1 });
  assert.ok(!keys(second.placed).includes("me"));
});

test("the presenter stands first in the strip of their screen", () => {
  const all = people(4).map((one) =>
    one.participant.id === "p2" ? { ...one, screen: track("s", "p2", { source: "screen" }) } : one,
  );
  const { kind, placed } = scene({ ...DESK, people: all, shares: all.slice(2, 3) });
  assert.deepEqual([kind, keys(placed)], ["share", ["s", "p2", "p0", "p1", "me"]]);
});

test("on a phone one is large and four stand below", () => {
  const { placed, pages, dots } = scene({ ...DESK, ...PHONE, people: people(9) });
  assert.deepEqual([placed.length, pages, dots !== undefined], [5, 2, true]);
  const flat = { form: "flat", window: 844, size: { width: 820, height: 258 } } as const;
  assert.equal(scene({ ...DESK, ...flat, people: people(9) }).placed.length, 4);
});

test("nothing sticks out of the stage, whatever its size", () => {
  for (const form of ["desk", "phone", "flat"] as const) {
    for (const count of [1, 2, 3, 5, 9, 13, 25]) {
      for (const size of [DESK.size, { width: 370, height: 690 }, { width: 1800, height: 900 }]) {
        for (const wish of ["auto", "grid", "speaker"] as const) {
          const asked = {
            ...DESK,
            form,
            size,
            wish,
            window: size.width + 24,
            people: people(count),
          };
          for (const { rect, key } of scene(asked).placed) {
            const inside =
              rect.x >= 0 &&
              rect.y >= 0 &&
              rect.x + rect.width <= size.width + 1 &&
              rect.y + rect.height <= size.height + 1;
            assert.ok(inside, `${form} ${wish} ${count} ${key} ${JSON.stringify(rect)}`);
            assert.ok(rect.width > 0 && rect.height > 0);
          }
        }
      }
    }
  }
});

test("a sheet on a phone leaves whoever is large above it, and a presenter on its corner", () => {
  const all = people(6);
  const open = scene({ ...DESK, ...PHONE, panel: true, people: all });
  assert.deepEqual(keys(open.placed), ["p0"]);
  assert.ok((open.placed[0]?.rect.height ?? 999) < 230);
  const shares = [{ ...all[1], screen: track("s", "p1", { source: "screen" }) } as Person];
  const shared = scene({ ...DESK, ...PHONE, panel: true, people: all, shares });
  assert.deepEqual(
    shared.placed.map(({ key, look }) => [key, look]),
    [
      ["s", "share"],
      ["p1", "inset"],
    ],
  );
});
