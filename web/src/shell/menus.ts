/** Menus are popovers: the browser opens and closes them, we place them and add arrow keys. */
import { below, moveTo, viewSize } from "./place.ts";

export function menus(): void {
  document.addEventListener("toggle", onToggle, true);
  document.addEventListener("keydown", onKey);
}

function onToggle(event: Event): void {
  const menu = event.target;
  if (!(menu instanceof HTMLElement) || !menu.matches(".menu[popover]")) return;
  const opened = (event as ToggleEvent).newState === "open";
  const button = buttonOf(menu);
  button?.setAttribute("aria-expanded", String(opened));
  if (opened && button) place(menu, button);
}

function place(menu: HTMLElement, button: HTMLElement): void {
  menu.dataset["placed"] = "";
  const align = button.dataset["menu"] === "end" ? "end" : "start";
  const size = { width: menu.offsetWidth, height: menu.offsetHeight };
  moveTo(menu, below(button.getBoundingClientRect(), size, viewSize(), align));
}

function buttonOf(menu: HTMLElement): HTMLElement | null {
  return document.querySelector(`[popovertarget="${CSS.escape(menu.id)}"]`);
}

function onKey(event: KeyboardEvent): void {
  const at = event.target instanceof Element ? event.target : null;
  const opener = at?.closest<HTMLElement>("[popovertarget][data-menu]");
  if (opener && event.key === "ArrowDown") {
    event.preventDefault();
    const menu = document.getElementById(opener.getAttribute("popovertarget") ?? "");
    menu?.showPopover();
    items(menu)[0]?.focus();
    return;
  }
  const menu = at?.closest<HTMLElement>(".menu[popover]");
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!menu || step === undefined || !at?.matches(".menu-item")) return;
  event.preventDefault();
  const all = items(menu);
  const next = all.indexOf(at as HTMLElement) + step;
  all.at(next % all.length)?.focus();
}

function items(menu: HTMLElement | null): HTMLElement[] {
  const all = menu?.querySelectorAll<HTMLElement>(".menu-item:not([disabled])") ?? [];
  return [...all].filter((item) => item.offsetParent !== null);
}
