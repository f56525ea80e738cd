/** Keeps what happens now in view, in the list alone: the page itself is not moved. */
export function keepInView(list: HTMLElement | null, index: number): void {
  const item = list?.children[Math.max(index, 0)];
  const box = list?.closest<HTMLElement>(".watch-list");
  if (!(item instanceof HTMLElement) || !box) return;
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const top = item.offsetTop - box.offsetTop - box.clientHeight / 2 + item.offsetHeight / 2;
  box.scrollTo({ top, behavior: still ? "auto" : "smooth" });
}
