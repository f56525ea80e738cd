/** How hard a new password is to guess, while it is typed. The server judges; nothing is kept. */
import { Http } from "../protocol/http.ts";
import { t } from "../text.ts";

interface Judged {
  score: number;
  enough: boolean;
  advice: string;
}

/** Milliseconds without a key, after which one has paused. */
const PAUSE = 350;
/** Of a long one its beginning is judged; nothing more needs to travel. */
const JUDGED = 40;

// Where it is not to be had, the page says it when the form is sent.
const http = new Http({ pauses: [] });
const timers = new WeakMap<HTMLInputElement, number>();

export function strength(): void {
  document.addEventListener("input", ({ target }) => {
    if (!(target instanceof HTMLInputElement) || !placeOf(target)) return;
    clearTimeout(timers.get(target));
    if (!target.value) show(target, undefined);
    timers.set(
      target,
      window.setTimeout(() => void judge(target), PAUSE),
    );
  });
  document.addEventListener("reset", ({ target }) => {
    for (const input of (target as HTMLFormElement).querySelectorAll("input")) {
      if (placeOf(input)) show(input, undefined);
    }
  });
}

async function judge(input: HTMLInputElement): Promise<void> {
  const { value } = input;
  if (!value) return;
  const field = (name: string) => input.form?.querySelector<HTMLInputElement>(`[name="${name}"]`);
  try {
    const judged = await http.post<Judged>("/api/v1/auth/password/strength", {
      password: value.slice(0, JUDGED),
      email: field("email")?.value ?? "",
      name: field("name")?.value ?? "",
    });
    // What was typed meanwhile is judged after the next pause.
    if (input.value === value) show(input, judged);
  } catch {
    show(input, undefined);
  }
}

function placeOf(input: HTMLInputElement): HTMLElement | null {
  return document.getElementById(`${input.id}-strength`);
}

function show(input: HTMLInputElement, judged: Judged | undefined): void {
  const place = placeOf(input);
  const words = place?.querySelector<HTMLElement>("span");
  if (!place || !words) return;
  place.dataset["score"] = judged ? String(judged.score) : "";
  place.classList.toggle("strength-weak", judged?.enough === false);
  words.textContent = judged ? sentence(judged) : "";
}

function sentence({ score, advice }: Judged): string {
  const known = [
    t("strength.0"),
    t("strength.1"),
    t("strength.2"),
    t("strength.3"),
    t("strength.4"),
  ];
  return [known[score] ?? "", advice].filter(Boolean).join(". ");
}
