/** A banner at the top of a form, for what belongs to no field. */

export function showBanner(form: HTMLFormElement, text: string): void {
  const banner = form.querySelector<HTMLElement>(":scope > .banner");
  if (!text) {
    banner?.remove();
    return;
  }
  const shown = banner ?? document.createElement("div");
  shown.className = "banner banner-danger";
  shown.setAttribute("role", "alert");
  shown.textContent = text;
  if (!banner) form.prepend(shown);
}
