// esbuild: scripts split at dynamic imports, one style sheet, fonts as hashed files.
import * as esbuild from "esbuild";
import { inlineTexts } from "./texts.mjs";
import { deriveAuto } from "./themes.mjs";

// The oldest browsers with everything that the pages rely on (popover, :has, layers).
const TARGET = ["chrome121", "firefox128", "safari17.4"];

const COMMON = {
  bundle: true,
  format: "esm",
  jsx: "automatic",
  jsxImportSource: "preact",
  logLevel: "warning",
};

const SHIPPED = {
  ...COMMON,
  minify: true,
  sourcemap: true,
  metafile: true,
  target: TARGET,
  entryNames: "[name]-[hash]",
  legalComments: "linked",
};

/** What the pages name; every other script comes through an import. */
async function pages(outdir) {
  return esbuild.build({
    ...SHIPPED,
    outdir,
    entryPoints: { shell: "src/shell.ts", main: "styles/main.css" },
    splitting: true,
    chunkNames: "chunks/[name]-[hash]",
    assetNames: "fonts/[name]-[hash]",
    loader: { ".woff2": "file" },
    plugins: [inlineTexts(), deriveAuto()],
  });
}

/** Complete by themselves: they share no page with the shell's parts, or live outside of pages. */
async function single(outdir) {
  const entryPoints = ["src/swagger.ts", "src/redoc.ts", "src/client.ts"];
  return esbuild.build({ ...SHIPPED, outdir, entryPoints, plugins: [inlineTexts()] });
}

/** Returns what esbuild knows of all outputs. */
export async function bundle(outdir) {
  const built = await Promise.all([pages(outdir), single(outdir)]);
  return Object.assign({}, ...built.map(({ metafile }) => metafile.outputs));
}

/** Tests run in Node, from bundles of their own. */
export function bundleTests(files, outdir) {
  return esbuild.build({
    ...COMMON,
    entryPoints: files,
    outdir,
    platform: "node",
    packages: "external",
    sourcemap: "inline",
    target: "node20",
    outExtension: { ".js": ".mjs" },
    plugins: [inlineTexts()],
  });
}
