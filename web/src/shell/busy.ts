/** A busy button keeps its width, says what it does, and cannot be pressed again. */

const before = new WeakMap<Element, Node[]>();

export function busy(button: HTMLButtonElement): void {
  if (before.has(button)) return;
  before.set(button, [...button.childNodes]);
  button.style.minWidth = `${button.offsetWidth}px`;
  button.setAttribute("aria-busy", "true");
  const ring = document.createElement("span");
  ring.className = "busy-ring";
  ring.setAttribute("aria-hidden", "true");
  button.replaceChildren(ring, button.dataset["busyText"] ?? button.textContent ?? "");
  button.addEventListener("click", swallow, true);
}

export function idle(button: HTMLButtonElement): void {
  const nodes = before.get(button);
  if (!nodes) return;
  before.delete(button);
  button.replaceChildren(...nodes);
  button.style.minWidth = "";
  button.removeAttribute("aria-busy");
  button.removeEventListener("click", swallow, true);
}

function swallow(event: Event): void {
  event.preventDefault();
  event.stopImmediatePropagation();
}
