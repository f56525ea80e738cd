/** Where tiles go. Pure: sizes come in, sizes and places go out. */

export interface Size {
  width: number;
  height: number;
}

export interface Rect extends Size {
  x: number;
  y: number;
}

export interface Grid {
  columns: number;
  rows: number;
  tile: Size;
}

/** A desk, a phone held upright, and one held flat. */
export type Form = "desk" | "phone" | "flat";

export const GAP = 8;
export const WIDEST = 16 / 9;
const NEARLY_SQUARE = 0.9;

/** The largest tiles for so many; of equals the one with fewer empty places. */
export function grid(count: number, room: Size, narrowest = 4 / 3, gap = GAP): Grid {
  let best: Grid = { columns: 1, rows: 1, tile: { width: 0, height: 0 } };
  for (let columns = 1; columns <= count; columns++) {
    const rows = Math.ceil(count / columns);
    const tile = fitted(
      {
        width: (room.width - gap * (columns - 1)) / columns,
        height: (room.height - gap * (rows - 1)) / rows,
      },
      narrowest,
    );
    if (better(tile, columns * rows, best)) best = { columns, rows, tile };
  }
  return best;
}

/** On a phone faces may be nearly square, so that two stand side by side. */
export function pair(count: number, room: Size, gap = GAP): Grid {
  const columns = Math.min(2, Math.max(1, count));
  const rows = Math.max(1, Math.ceil(count / 2));
  const width = (room.width - gap * (columns - 1)) / columns;
  const height = (room.height - gap * (rows - 1)) / rows;
  return { columns, rows, tile: fitted({ width, height }, NEARLY_SQUARE) };
}

/** Row by row in the middle of the area, the last row in its own middle. */
export function rows(count: number, { columns, tile }: Grid, area: Rect, gap = GAP): Rect[] {
  const down = Math.ceil(count / columns);
  const top = area.y + (area.height - (down * (tile.height + gap) - gap)) / 2;
  return Array.from({ length: count }, (_, index) => {
    const row = Math.floor(index / columns);
    const across = Math.min(columns, count - row * columns);
    const left = area.x + (area.width - (across * (tile.width + gap) - gap)) / 2;
    return whole({
      x: left + (index % columns) * (tile.width + gap),
      y: top + row * (tile.height + gap),
      ...tile,
    });
  });
}

/** As large as it can be with sides in this proportion at most, in the middle. */
export function centred(area: Rect, widest: number): Rect {
  const width = Math.min(area.width, area.height * widest);
  return whole({ ...area, x: area.x + (area.width - width) / 2, width });
}

export function whole({ x, y, width, height }: Rect): Rect {
  const round = Math.round;
  return { x: round(x), y: round(y), width: round(width), height: round(height) };
}

function better(tile: Size, places: number, best: Grid): boolean {
  const gain = area(tile) - area(best.tile);
  // Half a pixel is no reason for holes.
  return gain > 1 || (gain > -1 && places < best.columns * best.rows);
}

function area({ width, height }: Size): number {
  return width * height;
}

function fitted({ width, height }: Size, narrowest: number): Size {
  if (width <= 0 || height <= 0) return { width: 0, height: 0 };
  return {
    width: Math.floor(Math.min(width, height * WIDEST)),
    height: Math.floor(Math.min(height, width / narrowest)),
  };
}

/** Tiles on one page, by the width of the window. */
export function perPage(windowWidth: number, panel: boolean): number {
  if (windowWidth < 600) return 5;
  if (windowWidth < 900) return 6;
  if (windowWidth < 1440) return panel ? 9 : 12;
  if (windowWidth < 1920) return panel ? 12 : 16;
  return panel ? 16 : 25;
}

export function pageOf<T>(all: readonly T[], size: number, page: number): T[] {
  const at = Math.min(page, pages(all.length, size) - 1);
  return all.slice(at * size, (at + 1) * size);
}

export function pages(count: number, size: number): number {
  return Math.max(1, Math.ceil(count / size));
}
