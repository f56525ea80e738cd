// How much a first visit transfers: scripts of each page, gzip, against the budget.
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";
import { gzip } from "node:zlib";

const KB = 1024;
/** Any first page: the shell, one island and everything that the two import. */
const PAGE_BUDGET = 60 * KB;
/** A class brings what speaks WebRTC; the builder what drags and what sends files. */
const BUDGETS = {
  "room/page.tsx": 120 * KB,
  "builder/page.tsx": 80 * KB,
  "watch/page.tsx": 300 * KB,
};
/** What is loaded with a page, before somebody presses a button that loads more. */
const AT_ONCE = { "watch/page.tsx": 80 * KB, "builder/page.tsx": PAGE_BUDGET };
const pack = promisify(gzip);

export async function measure(outputs, builtIn, dist) {
  const size = async (path) =>
    (await pack(await readFile(path.replace(builtIn, dist)), { level: 9 })).length;
  const shell = find(outputs, "src/shell.ts");
  const base = reach(outputs, shell, ["import-statement"]);
  const rows = [{ name: "shell", bytes: await total(base, size), budget: PAGE_BUDGET }];
  for (const path of islands(outputs)) {
    // What an island loads later (the socket) counts too: the page is alive only with it.
    const files = reach(outputs, path, ["import-statement", "dynamic-import"], new Set(base));
    const island = outputs[path].entryPoint.replace("src/islands/", "");
    const budget = BUDGETS[island] ?? PAGE_BUDGET;
    rows.push({ name: `shell + ${island}`, bytes: await total(files, size), budget });
    if (AT_ONCE[island]) {
      const first = reach(outputs, path, ["import-statement"], new Set(base));
      const name = `shell + ${island} at once`;
      rows.push({ name, bytes: await total(first, size), budget: AT_ONCE[island] });
    }
  }
  rows.push({ name: "main.css", bytes: await size(find(outputs, "styles/main.css")) });
  return rows;
}

export function printBudgets(rows) {
  console.log("first page, kB gzip");
  const over = rows.filter(({ bytes, budget }) => budget && bytes > budget);
  for (const { name, bytes, budget } of rows) {
    const limit = budget ? `of ${budget / KB}` : "";
    console.log(`  ${name.padEnd(36)} ${(bytes / KB).toFixed(1).padStart(6)} ${limit}`);
  }
  return over.map(({ name }) => `budget of ${name}`);
}

function find(outputs, entry) {
  return Object.entries(outputs).find(([, output]) => output.entryPoint === entry)[0];
}

function islands(outputs) {
  return Object.entries(outputs)
    .filter(([, output]) => output.entryPoint?.startsWith("src/islands/"))
    .map(([path]) => path);
}

function reach(outputs, path, kinds, seen = new Set()) {
  if (seen.has(path)) return seen;
  seen.add(path);
  for (const next of outputs[path].imports) {
    if (kinds.includes(next.kind)) reach(outputs, next.path, kinds, seen);
  }
  return seen;
}

async function total(paths, size) {
  const sizes = await Promise.all([...paths].map(size));
  return sizes.reduce((sum, bytes) => sum + bytes, 0);
}
