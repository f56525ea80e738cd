/** The profile form saves itself; the state stands beside the title of the page. */
import { http } from "../server.ts";
import { checkField, inputsOf, showErrors } from "../shell/fields.ts";
import { applyTheme, type Theme } from "../shell/theme.ts";
import { t } from "../text.ts";
import { When } from "../when.ts";
import { allZones, deviceZone, zoneName } from "../zones.ts";
import { Autosave, type SaveState, TYPING } from "./autosave.ts";

interface Profile {
  name: string;
  time_zone: string;
  theme: string;
}

/** Of this person: somebody else may sign in to the same window. */
function keptAt(): string {
  return `vtp.profile.${document.documentElement.dataset["user"]}`;
}

export function mount(element: HTMLElement): void {
  const form = element as HTMLFormElement;
  form.noValidate = true;
  fillZones(form);
  const saving = new Autosave<Profile>({
    save: (changes) => http.patch("/api/v1/users/me", changes),
    onState: (state) => showState(form, state),
    keep,
    now: Date.now,
    after: (milliseconds, run) => {
      const timer = setTimeout(run, milliseconds);
      return () => clearTimeout(timer);
    },
  });
  listen(form, saving);
  resume(form, saving);
}

function listen(form: HTMLFormElement, saving: Autosave<Profile>): void {
  form.addEventListener("input", ({ target }) => {
    if (!(target instanceof HTMLInputElement) || target.name !== "name") return;
    if (target.value.trim() && target.validity.valid) {
      saving.change({ name: target.value.trim() }, TYPING);
    }
  });
  form.addEventListener("change", ({ target }) => {
    const input = target as HTMLInputElement | HTMLSelectElement;
    if (input.name === "time_zone") saving.change({ time_zone: input.value });
    if (input.name === "theme") {
      applyTheme(input.value as Theme);
      saving.change({ theme: input.value });
    }
    if (input.name === "name" && checkField(input)) saving.flush();
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    saving.flush();
  });
  addEventListener("online", () => saving.flush());
}

/** What an earlier page could not save any more. */
function resume(form: HTMLFormElement, saving: Autosave<Profile>): void {
  const kept = sessionStorage.getItem(keptAt());
  if (!kept) return;
  const changes = JSON.parse(kept) as Partial<Profile>;
  for (const input of inputsOf(form)) {
    const value = changes[input.name as keyof Profile];
    if (value === undefined) continue;
    if (input.type === "radio") (input as HTMLInputElement).checked = input.value === value;
    else input.value = value;
  }
  saving.change(changes);
}

function keep(changes: Partial<Profile> | undefined): void {
  if (changes) sessionStorage.setItem(keptAt(), JSON.stringify(changes));
  else sessionStorage.removeItem(keptAt());
}

function showState(form: HTMLFormElement, state: SaveState): void {
  const place = document.getElementById("save-state");
  if (!place) return;
  const rest = state.kind === "refused" ? showErrors(form, state.fields) : [];
  place.dataset["state"] = state.kind === "refused" ? "failed" : state.kind;
  place.textContent = words(form, state, rest);
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
  select.replaceChildren(...[...zones].map((zone) => new Option(zoneName(zone), zone)));
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
