// One sprite with the lucide icons that icons.json names. Stroke and size come from the style
// sheet, so a symbol is only its shapes.
import { readFile } from "node:fs/promises";

export async function sprite() {
  const names = JSON.parse(await readFile("icons.json", "utf8"));
  const symbols = await Promise.all(names.map(symbol));
  return `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("")}</svg>\n`;
}

async function symbol(name) {
  const svg = await readFile(`node_modules/lucide-static/icons/${name}.svg`, "utf8");
  const shapes = svg
    .replace(/<!--[\s\S]*?-->/g, "")
    .replace(/^[\s\S]*?<svg[^>]*>/, "")
    .replace(/<\/svg>\s*$/, "")
    .replace(/\s*\n\s*/g, "");
  return `<symbol id="${name}" viewBox="0 0 24 24">${shapes}</symbol>`;
}
