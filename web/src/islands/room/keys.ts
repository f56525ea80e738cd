/** Single keys in a class. Off while somebody types, and where a dialog or a menu is open. */
import { t } from "../../text.ts";
import type { Classroom } from "./classroom.ts";
import { chooseOption } from "./polls-answer.tsx";
import { loseTrack, showReactions } from "./react.tsx";
import { Screen } from "./screen.ts";
import { toggleFull } from "./top.tsx";

interface Key {
  /** As browsers call it, in small letters. */
  keys: string[];
  /** As it is printed on the help sheet. */
  cap: string;
  name: () => string;
  act: (room: Classroom, key: string) => void;
  /** Before class too. */
  before?: boolean;
  /** Not for everybody: left out of the sheet where it does nothing. */
  when?: (room: Classroom) => boolean;
  shift?: boolean;
}

const talks = (room: Classroom) => room.may("microphone");
const shown = (room: Classroom) => room.may("camera");
const sharing = (room: Classroom) => room.may("screen") && Screen.possible;

/** One row of the help sheet each. */
export const KEYS: Key[] = [
  key(
    "M",
    () => t("room.keys.microphone"),
    (room) => void room.turn("microphone"),
    {
      before: true,
      when: talks,
    },
  ),
  key(
    "V",
    () => t("room.keys.camera"),
    (room) => void room.turn("camera"),
    {
      before: true,
      when: shown,
    },
  ),
  key(
    "S",
    () => t("room.keys.share"),
    (room) => void room.share(),
    { when: sharing },
  ),
  key(
    "H",
    () => t("room.keys.hand"),
    (room) => room.hand(),
  ),
  key(
    "P",
    () => t("room.keys.people"),
    (room) => room.toggle("people"),
  ),
  key(
    "C",
    () => t("room.keys.chat"),
    (room) => room.toggle("chat"),
  ),
  key(
    "O",
    () => t("room.keys.polls"),
    (room) => room.toggle("polls"),
  ),
  key("E", () => t("room.keys.react"), showReactions),
  key(
    "L",
    () => t("room.keys.lost"),
    (room) => loseTrack(room),
    { when: (room) => !room.rights.value.moderate },
  ),
  {
    keys: ["1", "2", "3", "4", "5", "6", "7", "8", "9"],
    cap: "1 – 9",
    name: () => t("room.keys.answer"),
    act: (_, pressed) => chooseOption(Number(pressed)),
  },
  key(
    "G",
    () => t("room.keys.layout"),
    (room) => room.nextLayout(),
  ),
  key("F", () => t("room.full.enter"), toggleFull),
  {
    keys: ["arrowleft", "pageup", "arrowright", "pagedown"],
    cap: "← →",
    name: () => t("room.keys.pages"),
    act: (room, pressed) => room.view.turn(/left|up/.test(pressed) ? -1 : 1),
  },
  {
    keys: ["+", "=", "-", "−"],
    cap: "+ −",
    name: () => t("room.keys.zoom"),
    act: (_, pressed) => zoom(/[+=]/.test(pressed) ? "in" : "out"),
    shift: true,
  },
  {
    keys: ["shift+m"],
    cap: "Shift M",
    name: () => t("room.keys.muteAll"),
    act: (room) => room.order.muteAll(),
    when: (room) => room.rights.value.moderate,
    shift: true,
  },
  {
    keys: ["f6"],
    cap: "F6",
    name: () => t("room.keys.walk"),
    act: () => walk(),
  },
  {
    keys: ["?"],
    cap: "?",
    name: () => t("room.keys.help"),
    act: (room) => {
      room.help.value = true;
    },
    shift: true,
  },
  {
    keys: ["escape"],
    cap: "Esc",
    name: () => t("room.keys.close"),
    act: (room) => room.closePanel(),
  },
];

function key(
  cap: string,
  name: () => string,
  act: (room: Classroom) => void,
  more: Pick<Key, "before" | "when"> = {},
): Key {
  return { keys: [cap.toLowerCase()], cap, name, act, ...more };
}

/** Keys that only move about stay when single letters are switched off. */
const SAFE = new Set(["f6", "escape"]);

export function listenToKeys(room: Classroom): void {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || busyElsewhere(event.target)) return;
    if (event.key === " ") startTalking(room, event);
    else press(room, event);
  });
  document.addEventListener("keyup", (event) => {
    if (event.key === " ") void room.holdToTalk(false);
  });
  // Whoever looks elsewhere while the bar is down is not heard for ever.
  addEventListener("blur", () => void room.holdToTalk(false));
}

function press(room: Classroom, event: KeyboardEvent): void {
  const pressed = event.key.toLowerCase();
  const wanted = event.shiftKey ? `shift+${pressed}` : pressed;
  const found =
    KEYS.find(({ keys }) => keys.includes(wanted)) ??
    KEYS.find(({ keys }) => keys.includes(pressed));
  if (!found || event.repeat || (event.shiftKey && !found.shift)) return;
  if (room.view.keysOff.value && !SAFE.has(pressed)) return;
  if (room.stage.value !== "in" && !(found.before && room.stage.value === "lobby")) return;
  if (found.when && !found.when(room)) return;
  if (pressed === "f6" || pressed === "?") event.preventDefault();
  found.act(room, pressed);
}

function startTalking(room: Classroom, event: KeyboardEvent): void {
  // A button that has the focus is pressed by the bar, as everywhere.
  if (onControl(event.target) || room.stage.value !== "in" || room.view.keysOff.value) return;
  event.preventDefault();
  if (!event.repeat) void room.holdToTalk(true);
}

function onControl(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest("button, a, summary, [role=option]") !== null;
}

/** Typing, choosing from a list, or in a menu or dialog, which have keys of their own. */
function busyElsewhere(target: EventTarget | null): boolean {
  if (document.querySelector("dialog[open], .menu:popover-open")) return true;
  return target instanceof Element && target.matches("input, select, textarea, [contenteditable]");
}

function zoom(way: "in" | "out"): void {
  document.querySelector<HTMLButtonElement>(`[data-zoom="zoom-${way}"]`)?.click();
}

/** Header, stage, bar and panel, one after the other. */
function walk(): void {
  const parts = [".class-top button", ".class-main", ".class-controls button", ".panel h2"]
    .map((part) => document.querySelector<HTMLElement>(part))
    .filter((part) => part !== null);
  const places = parts.map((part) => part.closest("header, main, footer, aside"));
  const at = places.findIndex((place) => place?.contains(document.activeElement));
  parts[(at + 1) % parts.length]?.focus();
}
