// A compressed copy beside every file that gains by it: the server sends it as it is.
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";

// Fonts are compressed already, source maps are asked for by developers only.
const GAINS = /\.(js|css|svg)$/;
const SMALLEST = 1024;
// 11 takes seconds for the large readers of the API pages and saves two percent more.
const BROTLI = { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } };

export async function compressAll(folder) {
  const files = (await readdir(folder, { recursive: true })).filter((file) => GAINS.test(file));
  await Promise.all(files.map((file) => compress(join(folder, file))));
}

async function compress(path) {
  const contents = await readFile(path);
  if (contents.length < SMALLEST) return;
  await writeFile(`${path}.gz`, await promisify(gzip)(contents, { level: 9 }));
  await writeFile(`${path}.br`, await promisify(brotliCompress)(contents, BROTLI));
}
