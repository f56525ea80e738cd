/** A form that a passkey fills in: to sign in with it alone, or as the second step. */
import { Refused } from "../protocol/problem.ts";
import { http } from "../server.ts";
import { busy, idle } from "../shell/busy.ts";
import { t } from "../text.ts";
import { type Options, show, supported } from "../webauthn.ts";
import { showBanner } from "./notice.ts";

export function mount(element: HTMLElement): void {
  const form = element as HTMLFormElement;
  const button = form.querySelector<HTMLButtonElement>('button[type="submit"]');
  const field = form.querySelector<HTMLInputElement>('input[name="passkey"]');
  if (!supported() || !button || !field) {
    form.hidden = true;
    return;
  }
  form.addEventListener("submit", (event) => {
    if (field.value) return; // answered: on its way to the server
    event.preventDefault();
    void fill(form, field, button);
  });
}

async function fill(
  form: HTMLFormElement,
  field: HTMLInputElement,
  button: HTMLButtonElement,
): Promise<void> {
  showBanner(form, "");
  busy(button);
  try {
    const challenge = form.dataset["challenge"] ?? "";
    const { options } = await http.post<{ options: Options }>("/api/v1/auth/passkeys/question", {
      challenge,
    });
    const answer = await show(options);
    if (answer) {
      field.value = JSON.stringify(answer);
      form.submit();
      return;
    }
    showBanner(form, t("passkey.cancelled"));
  } catch (error) {
    showBanner(form, error instanceof Refused ? error.message : t("island.away.title"));
  }
  idle(button);
}
