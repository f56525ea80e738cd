/** Forms work without us; with us they say what is wrong early and cannot be sent twice. */
import { deviceZone } from "../zones.ts";
import { busy, idle } from "./busy.ts";
import { checkField, inputsOf } from "./fields.ts";

export function forms(): void {
  document.addEventListener("click", onReveal);
  document.addEventListener("focusout", (event) => {
    const input = watched(event);
    // Leaving an empty field is not a mistake yet: somebody may only be looking around.
    if (input?.value) checkField(input);
  });
  document.addEventListener("input", (event) => {
    const input = watched(event);
    if (input?.getAttribute("aria-invalid") === "true") checkField(input);
  });
  document.addEventListener("submit", onSubmit);
  // A page that comes back from the history must not be stuck as busy.
  addEventListener("pageshow", (event) => {
    if (event.persisted) for (const button of document.querySelectorAll("button")) idle(button);
  });
  fillTimeZone();
  // Who types already must not be moved to another field.
  if (document.activeElement === document.body) {
    document.querySelector<HTMLElement>('form[data-form] [aria-invalid="true"]')?.focus();
  }
}

function watched(event: Event): HTMLInputElement | null {
  const input = event.target;
  return input instanceof HTMLInputElement && input.form?.noValidate ? input : null;
}

function onSubmit(event: SubmitEvent): void {
  const form = event.target as HTMLFormElement;
  if (!form.matches("[data-form]")) return;
  const wrong = inputsOf(form).filter((input) => !checkField(input));
  if (wrong.length > 0) {
    event.preventDefault();
    wrong[0]?.focus();
    return;
  }
  const button = form.querySelector<HTMLButtonElement>('button[type="submit"]');
  if (button) busy(button);
}

function onReveal(event: MouseEvent): void {
  const at = event.target instanceof Element ? event.target : null;
  const button = at?.closest<HTMLElement>("[data-reveal]");
  const input = button?.parentElement?.querySelector("input");
  if (!button || !input) return;
  const shown = input.type === "password";
  input.type = shown ? "text" : "password";
  button.setAttribute("aria-pressed", String(shown));
}

function fillTimeZone(): void {
  for (const input of document.querySelectorAll<HTMLInputElement>("[data-time-zone][name]")) {
    if (input.type === "hidden" && !input.value) input.value = deviceZone();
  }
}
