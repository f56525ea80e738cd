/** Asking for another address: nothing changes before the mail to it is answered. */
import { http } from "../server.ts";
import { busy, idle } from "../shell/busy.ts";
import { checkField, inputsOf } from "../shell/fields.ts";
import { toast } from "../shell/toast.ts";
import { t } from "../text.ts";
import { showBanner } from "./notice.ts";
import { explain } from "./password.ts";

export function mount(element: HTMLElement): void {
  const form = element as HTMLFormElement;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void ask(form);
  });
}

async function ask(form: HTMLFormElement): Promise<void> {
  const wrong = inputsOf(form).filter((input) => !checkField(input));
  const button = form.querySelector<HTMLButtonElement>('button[type="submit"]');
  if (wrong.length > 0 || !button) return wrong[0]?.focus();
  const { email, password } = Object.fromEntries(new FormData(form));
  showBanner(form, "");
  busy(button);
  try {
    await http.post("/api/v1/auth/address", { email, password });
    form.reset();
    toast(t("address.asked", { address: String(email) }));
  } catch (error) {
    explain(form, error);
  } finally {
    idle(button);
  }
}
