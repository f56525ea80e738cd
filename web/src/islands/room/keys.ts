/** Single keys in a class. Off while somebody types, and where a dialog is open. */
import type { Classroom } from "./classroom.ts";
import { Screen } from "./screen.ts";

const ACTS: Record<string, (room: Classroom) => void> = {
  m: (room) => void room.turn("microphone"),
  v: (room) => void room.turn("camera"),
  h: (room) => inside(room) && room.hand(),
  s: (room) => {
    if (inside(room) && room.may("screen") && Screen.possible) void room.share();
  },
  p: (room) => {
    if (inside(room)) room.panel.value = !room.panel.value;
  },
  escape: (room) => {
    room.panel.value = false;
  },
  pagedown: () => turnPage("next"),
  pageup: () => turnPage("before"),
  arrowright: () => turnPage("next"),
  arrowleft: () => turnPage("before"),
};

export function listenToKeys(room: Classroom): void {
  document.addEventListener("keydown", (event) => {
    const act = ACTS[event.key.toLowerCase()];
    if (!act || event.repeat || event.ctrlKey || event.metaKey || event.altKey) return;
    if (busyElsewhere(event.target)) return;
    act(room);
  });
}

function inside(room: Classroom): boolean {
  return room.stage.value === "in";
}

/** Typing, choosing from a list, or in a menu or dialog, which have keys of their own. */
function busyElsewhere(target: EventTarget | null): boolean {
  if (document.querySelector("dialog[open], .menu:popover-open")) return true;
  return target instanceof Element && target.matches("input, select, textarea, [contenteditable]");
}

function turnPage(to: "next" | "before"): void {
  document.querySelector<HTMLButtonElement>(`[data-page="${to}"]`)?.click();
}
