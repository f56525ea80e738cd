/** Single keys on the page of a recording; off while somebody types or a dialog is open. */
import { t } from "../../text.ts";
import { LAYOUTS, small } from "./controls.tsx";
import { toggleFull } from "./screen.tsx";
import type { Theatre } from "./theatre.ts";

interface Key {
  /** As browsers call it, in small letters. */
  keys: string[];
  /** As it is printed on the help sheet. */
  cap: string;
  name: () => string;
  act: (theatre: Theatre, key: string) => void;
  /** Held down it goes on. */
  repeats?: boolean;
}

export const KEYS: Key[] = [
  one(
    ["k", " "],
    "K",
    () => t("watch.keys.play"),
    ({ player }) => player.toggle(),
  ),
  {
    keys: ["arrowleft", "arrowright"],
    cap: "← →",
    name: () => t("watch.keys.five"),
    act: ({ player }, key) => player.skip(key === "arrowleft" ? -5 : 5),
    repeats: true,
  },
  {
    keys: ["j", "l"],
    cap: "J L",
    name: () => t("watch.keys.ten"),
    act: ({ player }, key) => player.skip(key === "j" ? -10 : 10),
    repeats: true,
  },
  {
    keys: ["<", ">"],
    cap: "< >",
    name: () => t("watch.keys.speed"),
    act: ({ player }, key) => player.faster(key === ">" ? 1 : -1),
  },
  {
    keys: ["arrowup", "arrowdown"],
    cap: "↑ ↓",
    name: () => t("watch.keys.volume"),
    act: ({ player }, key) => {
      const next = player.volume.value + (key === "arrowup" ? 0.05 : -0.05);
      player.volume.value = Math.max(0, Math.min(1, Math.round(next * 100) / 100));
      player.muted.value = false;
    },
    repeats: true,
  },
  one(
    ["m"],
    "M",
    () => t("watch.keys.mute"),
    ({ player }) => {
      player.muted.value = !player.muted.value;
    },
  ),
  {
    keys: ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"],
    cap: "0 – 9",
    name: () => t("watch.keys.tenths"),
    act: ({ player }, key) => player.seek((player.length.value * Number(key)) / 10),
  },
  {
    keys: ["home", "end"],
    cap: "Home End",
    name: () => t("watch.keys.ends"),
    act: ({ player }, key) => {
      if (key === "home") player.seek(0);
      else if (player.grows.value) player.goLive();
      else player.seek(player.length.value);
    },
  },
  {
    keys: ["p", "n"],
    cap: "P N",
    name: () => t("watch.keys.chapters"),
    act: (theatre, key) => toChapter(theatre, key === "n"),
  },
  one(
    ["c"],
    "C",
    () => t("watch.keys.captions"),
    ({ captions }) => captions.toggle(),
  ),
  one(
    ["g"],
    "G",
    () => t("watch.keys.layout"),
    ({ player }) => {
      const at = LAYOUTS.findIndex(({ layout }) => layout === player.layout.value);
      player.layout.value = LAYOUTS[(at + 1) % LAYOUTS.length]?.layout ?? "beside";
    },
  ),
  one(
    ["i"],
    "I",
    () => t("watch.small"),
    ({ player }) => void small(player),
  ),
  one(
    ["f"],
    "F",
    () => t("watch.full"),
    () => toggleFull(),
  ),
  one(
    ["?"],
    "?",
    () => t("watch.keys"),
    (theatre) => {
      theatre.help.value = true;
    },
  ),
];

function one(keys: string[], cap: string, name: () => string, act: Key["act"]): Key {
  return { keys, cap, name, act };
}

function toChapter(theatre: Theatre, next: boolean): void {
  const { player } = theatre;
  const at = player.time.value;
  const { chapters } = theatre.timeline.value;
  const found = next
    ? chapters.find((chapter) => chapter.at > at + 0.5)
    : chapters.findLast((chapter) => chapter.at < at - 2);
  if (found) player.seek(found.at);
}

export function listenToKeys(theatre: Theatre): void {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || busyElsewhere(event)) return;
    const pressed = event.key.toLowerCase();
    const found = KEYS.find(({ keys }) => keys.includes(pressed));
    if (!found || (event.repeat && !found.repeats)) return;
    event.preventDefault();
    found.act(theatre, pressed);
  });
}

/** Typing, choosing, in a menu or dialog; and Space on a button presses that. */
function busyElsewhere({ target, key }: KeyboardEvent): boolean {
  if (document.querySelector("dialog[open], .menu:popover-open")) return true;
  if (!(target instanceof Element)) return false;
  if (target.matches("input, select, textarea, [contenteditable]")) return true;
  if (key === " ") return target.closest("button, a, summary") !== null;
  // The list beside is scrolled with these.
  return /^(Arrow(Up|Down)|Home|End)$/.test(key) && target.closest(".watch-side") !== null;
}
