/** What stands in the place of an island that could not even be loaded. No framework here. */
import { t } from "../text.ts";

export function failedToLoad(element: HTMLElement): void {
  const place = document.createElement("div");
  place.className = "empty";
  place.setAttribute("role", "alert");
  place.append(
    paragraph("empty-title", t("island.failed.title")),
    paragraph("empty-text", t("island.failed.text")),
    again(),
  );
  // Markup that works without a script stays.
  if (element instanceof HTMLFormElement) element.prepend(place);
  else element.replaceChildren(place);
}

function paragraph(className: string, text: string): HTMLParagraphElement {
  const element = document.createElement("p");
  element.className = className;
  element.textContent = text;
  return element;
}

function again(): HTMLButtonElement {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button button-secondary";
  button.textContent = t("island.again");
  button.addEventListener("click", () => location.reload());
  return button;
}
