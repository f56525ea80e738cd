import assert from "node:assert/strict";
import { test } from "node:test";
import { withAuto } from "../build/themes.mjs";

test("auto has the dark values where the device is dark", () => {
  const css = withAuto("[data-theme=dark]{--ink:#fff;--canvas:#000}");
  const auto = /@media \(prefers-color-scheme: dark\)\{\[data-theme="auto"\]\{([^}]*)\}\}/;
  assert.equal(auto.exec(css)?.[1], "--ink:#fff;--canvas:#000");
});

test("a token file without dark values is refused", () => {
  assert.throws(() => withAuto(":root{--ink:#000}"), /no dark block/);
});
