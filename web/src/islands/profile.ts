/** The profile form saves itself; the state stands beside the title of the page. */
import { Http } from "../protocol/http.ts";
import { changedIn, checkField, inputsOf, showErrors } from "../shell/fields.ts";
import { applyTheme, type Theme } from "../shell/theme.ts";
import { t } from "../text.ts";
import { When } from "../when.ts";
import { allZones, deviceZone, zoneName } from "../zones.ts";
import { Autosave, type SaveState, TYPING } from "./autosave.ts";
import { OwnProfile, type Profile } from "./own-profile.ts";

type Input = HTMLInputElement | HTMLSelectElement;

// Signed out, this page stays: what was typed is on it. Tries again are the autosave's.
const http = new Http({ pauses: [] });

function user(): string {
  return document.documentElement.dataset["user"] ?? "";
}

/** Of this person: somebody else may sign in to the same window. */
function keptAt(): string {
  return `vtp.profile.${user()}`;
}

export function mount(element: HTMLElement): void {
  const form = element as HTMLFormElement;
  form.noValidate = true;
  letNameBeFilledIn(form);
  fillZones(form);
  bringBack(form);
  const own = new OwnProfile(http, user());
  const saving = new Autosave<Profile>({
    save: (changes) => own.save(changes),
    onState: (state) => showState(form, state),
    keep,
    now: Date.now,
    after: (milliseconds, run) => {
      const timer = setTimeout(run, milliseconds);
      return () => clearTimeout(timer);
    },
  });
  listen(form, saving);
  addEventListener("blur", () => own.doubt());
  for (const event of ["online", "focus"]) addEventListener(event, () => saving.flush());
  hearWhatWasMissed(form, saving);
}

function listen(form: HTMLFormElement, saving: Autosave<Profile>): void {
  form.addEventListener("input", ({ target }) => onTyping(target as Input, saving));
  form.addEventListener("change", ({ target }) => onChosen(target as Input, saving));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    saving.flush();
  });
}

function onTyping(input: Input, saving: Autosave<Profile>): void {
  if (input.name !== "name" || !input.value.trim() || !input.validity.valid) return;
  saving.change({ name: input.value.trim() }, TYPING);
}

function onChosen(input: Input, saving: Autosave<Profile>): void {
  if (input.name === "time_zone") saving.change({ time_zone: input.value });
  if (input.name === "language") saving.change({ language: input.value });
  if (input.name === "theme") {
    applyTheme(input.value as Theme);
    saving.change({ theme: input.value });
  }
  if (input.name === "name" && checkField(input)) saving.flush();
}

/** Who was faster than this script has typed into a form that nobody listened to. */
function hearWhatWasMissed(form: HTMLFormElement, saving: Autosave<Profile>): void {
  for (const input of changedIn(form)) {
    onTyping(input, saving);
    const stillTyping = input.name === "name" && input === document.activeElement;
    if (!stillTyping) onChosen(input, saving);
  }
}

/** Not before: with the right to fill in goes that of writing an old value back. */
function letNameBeFilledIn(form: HTMLFormElement): void {
  for (const input of inputsOf(form)) if (input.name === "name") input.autocomplete = "name";
}

/** What an earlier page could not save any more; what was typed on this one is newer. */
function bringBack(form: HTMLFormElement): void {
  const changes = JSON.parse(sessionStorage.getItem(keptAt()) ?? "{}") as Partial<Profile>;
  const typed = new Set(changedIn(form).map(({ name }) => name));
  for (const input of inputsOf(form)) {
    const value = changes[input.name as keyof Profile];
    if (value === undefined || typed.has(input.name)) continue;
    if (input.type === "radio") (input as HTMLInputElement).checked = input.value === value;
    else input.value = value;
  }
  // Nothing is left of it where the server has it all: an answer got lost, not the change.
  if (changedIn(form).length === 0) keep(undefined);
}

function keep(changes: Partial<Profile> | undefined): void {
  if (changes) sessionStorage.setItem(keptAt(), JSON.stringify(changes));
  else sessionStorage.removeItem(keptAt());
}

function showState(form: HTMLFormElement, state: SaveState): void {
  const place = document.getElementById("save-state");
  if (!place) return;
  const rest = state.kind === "refused" ? showErrors(form, state.fields) : [];
  const failed = state.kind === "refused" || state.kind === "signed-out";
  place.dataset["state"] = failed ? "failed" : state.kind;
  place.replaceChildren(words(form, state, rest));
  if (state.kind === "signed-out") place.append(" ", signIn());
}

function signIn(): HTMLAnchorElement {
  const link = document.createElement("a");
  link.href = "/login?next=/profile";
  link.textContent = t("save.signIn");
  return link;
}

function words(form: HTMLFormElement, state: SaveState, rest: string[]): string {
  switch (state.kind) {
    case "idle":
      return "";
    case "saving":
      return t("save.saving");
    case "saved":
      return t("save.saved", { time: new When(zoneOf(form)).clock(state.at) });
    case "offline":
      return t("save.offline");
    case "signed-out":
      return t("save.signedOut");
    case "refused":
      return t("save.failed", { reason: rest[0] ?? state.reason });
  }
}

function zoneOf(form: HTMLFormElement): string {
  return inputsOf(form).find(({ name }) => name === "time_zone")?.value ?? "UTC";
}

/** All zones that the browser knows, and one click for that of the device. */
function fillZones(form: HTMLFormElement): void {
  const select = form.querySelector<HTMLSelectElement>('select[name="time_zone"]');
  if (!select) return;
  const current = select.value;
  const device = deviceZone();
  const zones = new Set([...allZones(current), device]);
  const option = (zone: string) => new Option(zoneName(zone), zone, zone === current);
  select.replaceChildren(...[...zones].map(option));
  select.value = current;
  if (device !== current) offerZone(select, device);
}

function offerZone(select: HTMLSelectElement, zone: string): void {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button button-soft button-small zone-offer";
  button.textContent = t("profile.useDeviceZone", { zone: zoneName(zone) });
  button.addEventListener("click", () => {
    select.value = zone;
    select.dispatchEvent(new Event("change", { bubbles: true }));
    button.remove();
    select.focus();
  });
  select.closest(".field")?.append(button);
}
