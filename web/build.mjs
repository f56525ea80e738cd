// Builds web/dist: hashed files, `manifest.json` (name → file) and `preload.json` (entry → the
// files that it will ask for). With --check also types, lint, tests and budgets.
import { mkdir, readdir, rename, rm } from "node:fs/promises";
import { relative } from "node:path";
import { bundle } from "./build/bundle.mjs";
import { verify } from "./build/check.mjs";
import { compressAll } from "./build/compress.mjs";
import { copyStatic } from "./build/copy.mjs";
import { writeManifest } from "./build/manifest.mjs";
import { measure, printBudgets } from "./build/measure.mjs";
import { writeTextTypes } from "./build/texts.mjs";

const HERE = import.meta.dirname ?? new URL(".", import.meta.url).pathname;
process.chdir(HERE);

const args = new Set(process.argv.slice(2));
const FRESH = "dist.new";

/** Everything is made beside the old files and moved at once: a server never sees half of it. */
async function build() {
  await writeTextTypes();
  await rm(FRESH, { recursive: true, force: true });
  await mkdir(FRESH, { recursive: true });
  const outputs = await bundle(FRESH);
  const copied = await copyStatic(FRESH);
  await writeManifest(FRESH, outputs, copied);
  await compressAll(FRESH);
  await rm("dist", { recursive: true, force: true });
  await rename(FRESH, "dist");
  return outputs;
}

const outputs = await build();
const sizes = await measure(outputs, FRESH, "dist");
if (args.has("--check")) {
  const failed = [...(await verify()), ...printBudgets(sizes)];
  if (failed.length > 0) {
    console.error(`web: failed: ${failed.join(", ")}`);
    process.exit(1);
  }
} else {
  const count = (await readdir("dist", { recursive: true })).length;
  console.log(`web: ${count} files in ${relative("..", "dist")}`);
}
