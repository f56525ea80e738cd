/** `data-tip` names a control (`data-key`: its key): after 500 ms, at once on focus, not on touch. */
import { centred, moveTo, viewSize } from "./place.ts";

const DELAY = 500;

export function tooltips(): void {
  if (!("showPopover" in HTMLElement.prototype)) return;
  const tip = new Tooltip();
  document.addEventListener("pointerover", (event) => {
    if (event.pointerType !== "touch") tip.over(owner(event), DELAY);
  });
  document.addEventListener("focusin", (event) => {
    const at = owner(event);
    if (at?.matches(":focus-visible")) tip.over(at, 0);
  });
  for (const event of ["focusout", "pointerdown", "scroll"]) {
    document.addEventListener(event, () => tip.hide(), { capture: true, passive: true });
  }
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") tip.hide();
  });
}

function owner(event: Event): HTMLElement | null {
  return event.target instanceof Element ? event.target.closest<HTMLElement>("[data-tip]") : null;
}

function opened(owner: HTMLElement): boolean {
  const menu = document.getElementById(owner.getAttribute("popovertarget") ?? "");
  return menu?.matches(":popover-open") ?? false;
}

class Tooltip {
  readonly #element = document.createElement("div");
  #owner: HTMLElement | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    this.#element.className = "tooltip";
    this.#element.popover = "manual";
    // The control has the same words as its name already.
    this.#element.setAttribute("aria-hidden", "true");
  }

  over(owner: HTMLElement | null, delay: number): void {
    if (owner === this.#owner) return;
    this.hide();
    this.#owner = owner;
    if (owner) this.#timer = setTimeout(() => this.#show(owner), delay);
  }

  hide(): void {
    clearTimeout(this.#timer);
    this.#owner = null;
    this.#element.remove();
  }

  #show(owner: HTMLElement): void {
    // Whoever opened its menu knows what it is, and reads that.
    if (!owner.isConnected || opened(owner)) return;
    this.#element.textContent = owner.dataset["tip"] ?? "";
    if (owner.dataset["key"]) {
      const key = document.createElement("kbd");
      key.textContent = owner.dataset["key"];
      this.#element.append(key);
    }
    // Inside the dialog of its owner, else it would be behind it.
    (owner.closest("dialog") ?? document.body).append(this.#element);
    this.#element.showPopover();
    const { offsetWidth: width, offsetHeight: height } = this.#element;
    moveTo(this.#element, centred(owner.getBoundingClientRect(), { width, height }, viewSize()));
  }
}
