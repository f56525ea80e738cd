// What the server needs to know about the build: two small JSON files.
import { writeFile } from "node:fs/promises";
import { basename } from "node:path";

export async function writeManifest(outdir, outputs, copied) {
  const manifest = { ...copied };
  const preload = {};
  for (const [path, output] of Object.entries(outputs)) {
    const file = path.slice(outdir.length + 1);
    const name = publicName(file, output);
    if (!name) continue;
    manifest[name] = file;
    if (name.endsWith(".js")) preload[name] = imports(outputs, path, outdir);
  }
  await writeJson(`${outdir}/manifest.json`, manifest);
  await writeJson(`${outdir}/preload.json`, preload);
}

/** `shell.js`, `main.css`, `fonts/….woff2`; chunks and maps have no name of their own. */
function publicName(file, output) {
  if (file.startsWith("chunks/")) return undefined;
  if (output.entryPoint) return file.replace(/-[A-Z0-9]{8}(\.\w+)$/, "$1");
  if (!file.endsWith(".woff2")) return undefined;
  return `fonts/${basename(Object.keys(output.inputs)[0])}`;
}

/** Everything that an entry imports statically, so that a page can ask for it at once. */
export function imports(outputs, entry, outdir, seen = new Set()) {
  for (const { path, kind } of outputs[entry]?.imports ?? []) {
    if (kind !== "import-statement" || seen.has(path.slice(outdir.length + 1))) continue;
    seen.add(path.slice(outdir.length + 1));
    imports(outputs, path, outdir, seen);
  }
  return [...seen];
}

function writeJson(path, value) {
  const sorted = Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
  return writeFile(path, `${JSON.stringify(sorted, null, 2)}\n`);
}
