/** role=tablist: arrow keys move and show, one tab stop. */

export function tabs(): void {
  // Of many on a phone, the one that is open may be out of sight.
  for (const here of document.querySelectorAll<HTMLElement>(".tabs > [aria-current]")) {
    const row = here.parentElement;
    if (row) row.scrollLeft = here.offsetLeft - row.offsetLeft - row.clientWidth / 2;
  }
  document.addEventListener("click", (event) => {
    const tab = tabAt(event);
    if (tab) select(tab);
  });
  document.addEventListener("keydown", (event) => {
    const tab = tabAt(event);
    const next = tab && neighbour(tab, event.key);
    if (!next) return;
    event.preventDefault();
    select(next);
    next.focus();
  });
}

function tabAt(event: Event): HTMLElement | null {
  return event.target instanceof Element
    ? event.target.closest<HTMLElement>('.tabs > [role="tab"]')
    : null;
}

function all(tab: HTMLElement): HTMLElement[] {
  return [...(tab.parentElement?.querySelectorAll<HTMLElement>('[role="tab"]') ?? [])];
}

function neighbour(tab: HTMLElement, key: string): HTMLElement | undefined {
  const list = all(tab);
  const at = list.indexOf(tab);
  const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: -1 }[key];
  return to === undefined ? undefined : list.at(to % list.length);
}

/** Several tabs may share one panel, which then stays. */
function select(chosen: HTMLElement): void {
  const shown = chosen.getAttribute("aria-controls");
  for (const tab of all(chosen)) {
    tab.setAttribute("aria-selected", String(tab === chosen));
    tab.tabIndex = tab === chosen ? 0 : -1;
    const controls = tab.getAttribute("aria-controls") ?? "";
    const panel = document.getElementById(controls);
    if (panel) panel.hidden = controls !== shown;
  }
}
