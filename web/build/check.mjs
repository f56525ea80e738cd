// Types, lint and tests: what --check does beyond building.
import { spawn } from "node:child_process";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { bundleTests } from "./bundle.mjs";

const BIN = "node_modules/.bin";

/** Returns the names of what failed. */
export async function verify() {
  const steps = [
    ["types", `${BIN}/tsc`, "-p", "tsconfig.json"],
    ["types of the protocol, without a DOM", `${BIN}/tsc`, "-p", "tsconfig.protocol.json"],
    ["types of the tests", `${BIN}/tsc`, "-p", "tsconfig.test.json"],
    ["lint and format", `${BIN}/biome`, "check", "--error-on-warnings", "."],
  ];
  const failed = [];
  for (const [name, ...command] of steps) {
    if ((await run(command)) !== 0) failed.push(name);
  }
  if ((await runTests()) !== 0) failed.push("tests");
  return failed;
}

async function runTests() {
  const files = (await readdir("test", { recursive: true })).filter((f) => /\.test\.tsx?$/.test(f));
  // Below web/, so that what Node imports by name is found.
  const out = await mkdtemp(join(".generated", "tests-"));
  try {
    await bundleTests(
      files.map((file) => `test/${file}`),
      out,
    );
    const built = files.map((file) => join(out, file.replace(/\.tsx?$/, ".mjs")));
    const reporter = "--test-reporter=./build/reporter.mjs";
    return await run([process.execPath, "--enable-source-maps", reporter, "--test", ...built]);
  } finally {
    await rm(out, { recursive: true, force: true });
  }
}

function run([command, ...args]) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { stdio: "inherit" });
    child.on("error", () => resolve(1));
    child.on("exit", (code) => resolve(code ?? 1));
  });
}
