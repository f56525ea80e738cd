/** What is on the stage and where: which layout, who is large, which page. Pure. */
import {
  centred,
  type Form,
  GAP,
  grid,
  pageOf,
  pages,
  pair,
  perPage,
  type Rect,
  rows,
  type Size,
  WIDEST,
  whole,
} from "./layout.ts";
import { type Person, selfOnFirstPage } from "./people.ts";

/** What somebody chose for themselves. */
export type Wish = "auto" | "speaker" | "grid";
export type Kind = "alone" | "pair" | "grid" | "speaker" | "share";
export type Look = "tile" | "large" | "small" | "float" | "inset" | "share";

export interface Asked {
  size: Size;
  /** Width of the window, which decides how many faces a page has. */
  window: number;
  form: Form;
  panel: boolean;
  staff: boolean;
  /** In the order of their seats, oneself last. */
  people: readonly Person[];
  /** Those of others whose screen is shared. */
  shares: readonly Person[];
  wish: Wish;
  /** A participant or a screen that one wants to keep large. */
  pin: string | undefined;
  /** Who has the floor. */
  speaker: string | undefined;
  page: number;
  /** No more faces than this on a page. */
  most: number;
}

export interface Placed {
  key: string;
  person: Person;
  /** A screen rather than a face. */
  screen: boolean;
  look: Look;
  rect: Rect;
}

export interface Scene {
  kind: Kind;
  placed: Placed[];
  page: number;
  pages: number;
  /** Places for others on the first page: who sits further back is not seen there. */
  front: number;
  /** Where dots say which page it is. */
  dots: Rect | undefined;
  /** At the end of a strip: how many more there are. */
  more: { rect: Rect; count: number } | undefined;
}

const STRIP: Size = { width: 170, height: 112 };
const SIDE: Size = { width: 232, height: 145 };
/** From this width a strip stands at the side and leaves the height to what is large. */
const BROAD = 1_600;
const MORE = 92;
const DOTS = 20;
/** From so many on students see whoever speaks rather than everybody small. */
const LARGE_CLASS = 12;
const FEW = 4;
/** Between the stage of a phone and its glass. */
const EDGE = 10;
const INSET: Size = { width: 104, height: 74 };
const FLAT = 3;

export function scene(asked: Asked): Scene {
  const { people, shares, pin, wish, form } = asked;
  const pinned = people.find(({ participant }) => participant.id === pin);
  const screen = shares.find((one) => one.screen?.id === pin) ?? shares.at(-1);
  if (screen && !pinned) return withLarge("share", asked, faceless(screen), people);
  if (form === "phone" && asked.panel) return aboveSheet(asked, pinned ?? speakerOf(asked));
  if (!screen && people.length <= 2 && wish !== "grid") return few(asked);
  if (form === "desk" && !pinned && !screen && gridded(asked)) return all(asked);
  const large = pinned ?? speakerOf(asked);
  if (!large) return all(asked);
  const rest = people.filter((person) => person !== large);
  return withLarge("speaker", asked, face(large), rest);
}

function gridded({ wish, staff, people }: Asked): boolean {
  if (wish !== "auto") return wish === "grid";
  return staff || people.length <= LARGE_CLASS;
}

/** Who speaks, or teaches, or simply is there. */
function speakerOf({ people, speaker }: Asked): Person | undefined {
  const others = people.filter(({ self }) => !self);
  return others.find(({ participant }) => participant.id === speaker) ?? others[0] ?? people[0];
}

interface Part {
  key: string;
  person: Person;
  screen: boolean;
}

function face(person: Person): Part {
  return { key: person.participant.id, person, screen: false };
}

function faceless(person: Person): Part {
  return { key: person.screen?.id ?? person.participant.id, person, screen: true };
}

/** Alone, or with one other who is everything. */
function few({ people, size, form }: Asked): Scene {
  const [large, small] = people;
  const full = { x: 0, y: 0, ...size };
  const placed: Placed[] = large ? [{ ...face(large), look: "large", rect: full }] : [];
  if (small) {
    const own = form === "desk" ? SIDE : { width: 104, height: 139 };
    const inset = form === "desk" ? 16 : 12;
    const x = size.width - own.width - inset;
    const y = size.height - own.height - inset;
    placed.push({ ...face(small), look: "float", rect: { x, y, ...own } });
  }
  return { ...bare(small ? "pair" : "alone"), placed };
}

/** Everybody the same. */
function all({ people, size, window, panel, page, most }: Asked): Scene {
  const each = Math.min(perPage(window, panel), most);
  const area = { x: 0, y: 0, ...size };
  return { ...faces(people, each, area, page, grid), kind: "grid" };
}

type Fit = typeof grid;

/** A page of faces in an area, with dots below where there are more pages. */
function faces(
  people: readonly Person[],
  each: number,
  area: Rect,
  page: number,
  fit: Fit | typeof pair,
): Scene {
  const count = pages(people.length, each);
  const at = Math.min(page, count - 1);
  const shown = pageOf(selfOnFirstPage(people, each), each, at);
  const height = area.height - (count > 1 ? DOTS : 0);
  const place = { ...area, height };
  // A page that is not full keeps the size of those before, so that turning moves nothing.
  const rects = rows(shown.length, fit(count > 1 ? each : shown.length, place), place);
  const own = people.some(({ self }) => self) ? 1 : 0;
  return {
    ...bare("grid"),
    placed: shown.map((person, index) => placedAt(face(person), "tile", rects[index])),
    page: at,
    pages: count,
    front: each - own,
    dots: count > 1 ? { ...area, y: area.y + height, height: DOTS } : undefined,
  };
}

function withLarge(kind: Kind, asked: Asked, large: Part, rest: readonly Person[]): Scene {
  const { form, size, window, panel } = asked;
  if (form === "phone") return onPhone(kind, asked, large, rest);
  if (form === "flat") return flat(kind, asked, large, rest);
  const parts = besides(asked, large, rest);
  const aside = window >= BROAD && !panel;
  const strip = aside
    ? { x: size.width - SIDE.width, y: 0, width: SIDE.width, height: size.height }
    : { x: 0, y: 0, width: size.width, height: STRIP.height };
  const room = aside
    ? { x: 0, y: 0, width: size.width - SIDE.width - GAP, height: size.height }
    : { x: 0, y: strip.height + GAP, width: size.width, height: size.height - strip.height - GAP };
  const made = inStrip(parts, strip, asked.page, aside ? SIDE : STRIP, aside);
  const area = parts.length === 0 ? { x: 0, y: 0, ...size } : room;
  const rect = large.screen ? area : centred(area, 1.9);
  return { ...made, kind, placed: [placedAt(large, lookOf(large), rect), ...made.placed] };
}

/** Presenter first, then further screens, then the others as they sit. */
function besides({ shares, people }: Asked, large: Part, rest: readonly Person[]): Part[] {
  const presenter = large.screen
    ? people.find(({ participant }) => isOf(large, participant.id))
    : undefined;
  const screens = shares.filter((one) => one.screen?.id !== large.key).map(faceless);
  const others = rest.filter((person) => person !== presenter).map(face);
  return [...(presenter ? [face(presenter)] : []), ...screens, ...others];
}

function isOf(part: Part, id: string): boolean {
  return part.person.participant.id === id;
}

function lookOf({ screen }: Part): Look {
  return screen ? "share" : "large";
}

/** Small ones in a row or a column; where they do not fit, pages and how many more there are. */
function inStrip(
  parts: readonly Part[],
  strip: Rect,
  page: number,
  tile: Size,
  upright: boolean,
): Scene {
  const step = (upright ? tile.height : tile.width) + GAP;
  const places = Math.max(2, Math.floor(((upright ? strip.height : strip.width) + GAP) / step));
  const fits = parts.length <= places;
  const each = fits ? places : places - 1;
  const count = pages(parts.length, each);
  const at = Math.min(page, count - 1);
  const shown = pageOf(ownInFront(parts, each), each, at);
  const ends = fits ? 0 : (upright ? 56 : MORE) + GAP;
  const length = shown.length * step - GAP + ends;
  const start = ((upright ? strip.height : strip.width) - length) / 2;
  const rectAt = (offset: number, size: number) =>
    whole(
      upright
        ? { x: strip.x, y: strip.y + start + offset, width: tile.width, height: size }
        : { x: strip.x + start + offset, y: strip.y, width: size, height: strip.height },
    );
  const long = upright ? tile.height : tile.width;
  return {
    ...bare("share"),
    placed: shown.map((part, index) => placedAt(part, "small", rectAt(index * step, long))),
    page: at,
    pages: count,
    front: each - 1,
    more: fits
      ? undefined
      : { rect: rectAt(shown.length * step, ends - GAP), count: parts.length - shown.length },
  };
}

function ownInFront(parts: readonly Part[], each: number): Part[] {
  const own = parts.filter(({ person, screen }) => person.self && !screen);
  const others = parts.filter((part) => !own.includes(part));
  return [...others.slice(0, each - own.length), ...own, ...others.slice(each - own.length)];
}

/** Upright: what is large has the width, four at a time stand below. */
function onPhone(kind: Kind, asked: Asked, large: Part, rest: readonly Person[]): Scene {
  if (asked.panel) return withPresenter(asked, large);
  const { size, page } = asked;
  const above = large.screen
    ? ((size.width + 2 * EDGE) * 9) / 16
    : size.height - heightBelow(rest.length, size) - (rest.length > 0 ? GAP : 0);
  // A screen goes from edge to edge of the glass.
  const edge = large.screen ? EDGE : 0;
  const top = { x: -edge, y: 0, width: size.width + 2 * edge, height: Math.round(above) };
  const below = { ...size, x: 0, y: top.height + GAP, height: size.height - top.height - GAP };
  const made = faces(rest, Math.min(FEW, asked.most), below, page, pair);
  return { ...made, kind, placed: [placedAt(large, lookOf(large), top), ...made.placed] };
}

/** A sheet covers the others; whoever is large, or a screen, stays above it at 16 to 9. */
function aboveSheet({ size }: Asked, person: Person | undefined): Scene {
  const placed = person ? [placedAt(face(person), "large", top(size))] : [];
  return { ...bare("speaker"), placed };
}

/** On the corner of the sheet stands the face of whoever shares. */
function withPresenter(asked: Asked, large: Part): Scene {
  if (!large.screen) return aboveSheet(asked, large.person);
  const rect = top(asked.size);
  const x = asked.size.width - INSET.width;
  // Its lower edge is that of the gap, so that the sheet keeps its own corner.
  const y = rect.height + 4 - INSET.height;
  const presenter = asked.people.find(({ participant }) => isOf(large, participant.id));
  const placed = [placedAt(large, "share", rect)];
  if (presenter) placed.push(placedAt(face(presenter), "inset", { x, y, ...INSET }));
  return { ...bare("share"), placed };
}

function top({ width }: Size): Rect {
  const whole = width + 2 * EDGE;
  return { x: -EDGE, y: 0, width: whole, height: Math.round((whole * 9) / 16) };
}

/** What two side by side need, and dots where there is more than a page. */
function heightBelow(count: number, size: Size): number {
  if (count === 0) return 0;
  const shown = Math.min(count, FEW);
  const down = Math.ceil(shown / 2);
  const wanted = down * (pair(shown, size).tile.height + GAP) - GAP + (count > FEW ? DOTS : 0);
  return Math.round(Math.min(wanted, size.height * 0.56));
}

/** Held flat: three at the right, what is large beside them. */
function flat(kind: Kind, asked: Asked, large: Part, rest: readonly Person[]): Scene {
  const { size, page, most } = asked;
  const each = Math.min(FLAT, most);
  const height = (size.height - (FLAT - 1) * GAP) / FLAT;
  const width = rest.length > 0 ? Math.min(height * WIDEST, size.width * 0.3) : 0;
  const side = { x: size.width - width, y: 0, width, height: size.height };
  const count = pages(rest.length, each);
  const at = Math.min(page, count - 1);
  const shown = pageOf(selfOnFirstPage(rest, each), each, at);
  const places = rows(shown.length, { columns: 1, rows: FLAT, tile: { width, height } }, side);
  const room = { x: 0, y: 0, width: size.width - width - (width && GAP), height: size.height };
  return {
    ...bare(kind),
    placed: [
      placedAt(large, lookOf(large), room),
      ...shown.map((person, index) => placedAt(face(person), "small", places[index])),
    ],
    page: at,
    pages: count,
    front: each - 1,
  };
}

function placedAt(part: Part, look: Look, rect: Rect | undefined): Placed {
  return { ...part, look, rect: rect ?? { x: 0, y: 0, width: 0, height: 0 } };
}

function bare(kind: Kind): Scene {
  return { kind, placed: [], page: 0, pages: 1, front: 1, dots: undefined, more: undefined };
}
