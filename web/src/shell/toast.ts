/** What happened, with Undo where there is one: 10 s, paused on hover and focus, one at a time. */
import { t } from "../text.ts";

const SHOWN_FOR = 10_000;

let timer: ReturnType<typeof setTimeout> | undefined;

export function toasts(): void {
  const place = document.getElementById("toasts");
  for (const event of ["pointerenter", "focusin"]) place?.addEventListener(event, hold);
  for (const event of ["pointerleave", "focusout"]) place?.addEventListener(event, release);
  document.addEventListener("click", (event) => {
    const at = event.target instanceof Element ? event.target : null;
    const text = at?.closest<HTMLElement>("[data-says]")?.dataset["says"];
    if (text) toast(text);
  });
}

/** Never for errors: those stand where they happened, and stay. */
export function toast(text: string, undo?: () => void): void {
  const place = document.getElementById("toasts");
  if (!place) return;
  const shown = document.createElement("div");
  shown.className = "toast";
  shown.append(text);
  if (undo) shown.append(undoButton(undo));
  place.replaceChildren(shown);
  hold();
  release();
}

function undoButton(undo: () => void): HTMLButtonElement {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "toast-action";
  button.textContent = t("toast.undo");
  button.addEventListener("click", () => {
    clear();
    undo();
  });
  return button;
}

function hold(): void {
  clearTimeout(timer);
}

function release(): void {
  clearTimeout(timer);
  timer = setTimeout(clear, SHOWN_FOR);
}

function clear(): void {
  document.getElementById("toasts")?.replaceChildren();
}
