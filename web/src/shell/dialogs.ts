/** `data-opens="id"` opens a dialog or drawer, `data-closes` inside closes it. */

export function dialogs(): void {
  document.addEventListener("click", (event) => {
    const at = event.target instanceof Element ? event.target : null;
    const opener = at?.closest<HTMLElement>("[data-opens]");
    if (opener) openDialog(opener.dataset["opens"] ?? "");
    if (at?.closest("[data-closes]")) at.closest("dialog")?.close();
    // A click on the dialog itself, outside of what fills it, is a click on the backdrop.
    if (at instanceof HTMLDialogElement && outside(at, event)) at.close();
  });
}

function openDialog(id: string): void {
  const dialog = document.getElementById(id);
  if (dialog instanceof HTMLDialogElement && !dialog.open) dialog.showModal();
}

function outside(dialog: HTMLDialogElement, { clientX, clientY }: MouseEvent): boolean {
  const { left, right, top, bottom } = dialog.getBoundingClientRect();
  return clientX < left || clientX > right || clientY < top || clientY > bottom;
}
