import assert from "node:assert/strict";
import { test } from "node:test";
import { Resource } from "../../src/islands/loaded.ts";

test("only the last request counts, in whichever order the answers come", async () => {
  const waiting: ((value: string) => void)[] = [];
  const resource = new Resource(() => new Promise<string>((done) => waiting.push(done)));
  const first = resource.reload();
  const second = resource.reload();
  waiting[1]?.("new");
  waiting[0]?.("old");
  await Promise.all([first, second]);
  assert.equal(resource.value, "new");
});

test("a quiet reload keeps what is shown until the answer is there", async () => {
  let answer = "one";
  const resource = new Resource(async () => answer);
  await resource.reload();
  answer = "two";
  const again = resource.reload(true);
  assert.equal(resource.value, "one");
  await again;
  assert.equal(resource.value, "two");
});

test("a failure is kept with its reason", async () => {
  const gone = new Error("gone");
  const resource = new Resource(async () => {
    throw gone;
  });
  await resource.reload();
  assert.deepEqual(resource.state.value, { is: "failed", error: gone });
  resource.change(() => {
    throw new Error("there is nothing to change");
  });
});

for (const quiet of [false, true]) {
  const how = quiet ? "a quiet reload" : "a reload";
  test(`what is heard during ${how} is not undone by an answer that is older`, async () => {
    const answers = [["a"], ["a"]];
    const resource = new Resource(async () => answers.shift() ?? []);
    await resource.reload();
    const again = resource.reload(quiet);
    resource.change((all) => ["b", ...all.filter((name) => name !== "b")]);
    if (quiet) assert.deepEqual(resource.value, ["b", "a"]);
    await again;
    assert.deepEqual(resource.value, ["b", "a"]);
  });
}
