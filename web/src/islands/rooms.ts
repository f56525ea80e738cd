/** The list of rooms works without a script; with one, links can be copied. */
import { copyLink } from "./room/invite.ts";

export function mount(element: HTMLElement): void {
  element.addEventListener("click", (event) => {
    const at = event.target instanceof Element ? event.target : null;
    const path = at?.closest<HTMLElement>("[data-copy]")?.dataset["copy"];
    if (path) void copyLink(path);
  });
}
