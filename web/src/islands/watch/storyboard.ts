/** Small pictures of a recording by their time, out of WebVTT: which place of which sheet. */
import { seconds } from "./cues.ts";

export interface Tile {
  from: number;
  until: number;
  sheet: string;
  x: number;
  y: number;
  width: number;
  height: number;
}

const CUE = /^(\S+) --> (\S+)\n(\S+)#xywh=(\d+),(\d+),(\d+),(\d+)$/;

export function tiles(text: string): Tile[] {
  return text
    .split("\n\n")
    .map((block) => CUE.exec(block.trim()))
    .filter((found) => found !== null)
    .map(([, from = "", until = "", sheet = "", ...area]) => {
      const [x = 0, y = 0, width = 0, height = 0] = area.map(Number);
      return { from: seconds(from), until: seconds(until), sheet, x, y, width, height };
    });
}

/** The one for this moment; the last stays to the end. */
export function tileAt(all: readonly Tile[], at: number): Tile | undefined {
  return all.findLast(({ from }) => from <= at) ?? all[0];
}
