// The text catalogue in TypeScript: `t("profile.saved")` is checked against text/en.json by its
// type, and becomes the sentence itself in the bundle, so a page carries only its own words.
import { mkdir, readFile, writeFile } from "node:fs/promises";

const CATALOGUE = "text/en.json";
const CALL = /\bt\(\s*"([A-Za-z0-9.]+)"/g;

export async function catalogue() {
  return JSON.parse(await readFile(CATALOGUE, "utf8"));
}

function placeholders(text) {
  return [...new Set([...text.matchAll(/\{([a-z_A-Z]+)\}/g)].map((match) => match[1]))];
}

/** `.generated/texts.d.ts`: each key with the values that its sentence needs. */
export async function writeTextTypes() {
  const lines = Object.entries(await catalogue()).map(([key, text]) => {
    const needs = placeholders(text).map((name) => `${name}: string | number`);
    return `  "${key}": [${needs.length > 0 ? `values: { ${needs.join("; ")} }` : ""}];`;
  });
  await mkdir(".generated", { recursive: true });
  const body = `// Made by build/texts.mjs.\ninterface Texts {\n${lines.join("\n")}\n}\n`;
  await writeFile(".generated/texts.d.ts", body);
}

export function inlineTexts() {
  return {
    name: "inline-texts",
    setup(build) {
      let texts;
      build.onStart(async () => {
        texts = await catalogue();
      });
      build.onLoad({ filter: /\/(src|test)\/.*\.tsx?$/ }, async ({ path }) => {
        const source = await readFile(path, "utf8");
        const contents = source.replace(CALL, (call, key) => {
          if (!(key in texts)) throw new Error(`${path}: no text "${key}"`);
          return call.replace(`"${key}"`, JSON.stringify(texts[key]));
        });
        return { contents, loader: path.endsWith("x") ? "tsx" : "ts" };
      });
    },
  };
}
