// Files that no bundler touches: the icon sprite, drawings, and the two readers of the API pages.
import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { dirname, parse } from "node:path";
import { sprite } from "./icons.mjs";

/** Name in the manifest → file in node_modules. */
const VENDOR = {
  "vendor/swagger-ui.js": "swagger-ui-dist/swagger-ui-bundle.js",
  "vendor/swagger-ui.css": "swagger-ui-dist/swagger-ui.css",
  "vendor/redoc.js": "redoc/bundles/redoc.standalone.js",
};

const LICENCES = {
  "vendor/swagger-ui.LICENSE.txt": "swagger-ui-dist/LICENSE",
  "vendor/swagger-ui.NOTICE.txt": "swagger-ui-dist/NOTICE",
  "vendor/swagger-ui-bundle.js.LICENSE.txt": "swagger-ui-dist/swagger-ui-bundle.js.LICENSE.txt",
  "vendor/redoc.standalone.js.LICENSE.txt": "redoc/bundles/redoc.standalone.js.LICENSE.txt",
  "vendor/redoc.LICENSE.txt": "redoc/LICENSE",
  "vendor/lucide.LICENSE.txt": "lucide-static/LICENSE",
  "fonts/hanken-grotesk.LICENSE.txt": "@fontsource-variable/hanken-grotesk/LICENSE",
};

/** Returns name → file for the manifest. */
export async function copyStatic(outdir) {
  const named = { "icons.svg": await sprite() };
  for (const file of await readdir("art")) {
    named[file === "favicon.svg" ? file : `art/${file}`] = await readFile(`art/${file}`);
  }
  for (const [name, source] of Object.entries(VENDOR)) {
    named[name] = selfContained(await readFile(`node_modules/${source}`, "utf8"));
  }
  const files = {};
  for (const [name, contents] of Object.entries(named)) {
    files[name] = hashedName(name, contents);
    await put(`${outdir}/${files[name]}`, contents);
  }
  for (const [name, source] of Object.entries(LICENCES)) {
    await put(`${outdir}/${name}`, await readFile(`node_modules/${source}`));
  }
  return files;
}

/** Without the source map, which is not shipped, and without a logo from somebody else's server. */
function selfContained(text) {
  return text
    .replace(/\n?(\/\/|\/\*)# sourceMappingURL=.*\s*$/, "\n")
    .replaceAll("https://cdn.redoc.ly/redoc/logo-mini.svg", "data:,");
}

function hashedName(name, contents) {
  const { dir, name: stem, ext } = parse(name);
  const hash = createHash("sha256").update(contents).digest("hex").slice(0, 8).toUpperCase();
  return `${dir ? `${dir}/` : ""}${stem}-${hash}${ext}`;
}

async function put(path, contents) {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, contents);
}
