// The theme "auto" without a script: the dark values once more, under prefers-color-scheme.
import { readFile } from "node:fs/promises";

const DARK = /\[data-theme="?dark"?\]\s*\{([^}]*)\}/;

export function withAuto(css) {
  const dark = DARK.exec(css);
  if (!dark) throw new Error("a token file has no dark block");
  const auto = `[data-theme="auto"]{${dark[1]}}`;
  return `${css}\n@media (prefers-color-scheme: dark){${auto}}\n`;
}

export function deriveAuto() {
  return {
    name: "derive-auto",
    setup(build) {
      build.onLoad({ filter: /styles\/(tokens|roles)\.css$/ }, async ({ path }) => ({
        contents: withAuto(await readFile(path, "utf8")),
        loader: "css",
      }));
    },
  };
}
