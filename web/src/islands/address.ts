/** Asking for another address: nothing changes before the mail to it is answered. */
import { http } from "../server.ts";
import { busy, idle } from "../shell/busy.ts";
import { checkField, inputsOf } from "../shell/fields.ts";
import { toast } from "../shell/toast.ts";
import { t } from "../text.ts";
import { showBanner } from "./notice.ts";
import { explain } from "./password.ts";
import { type Prove, provedBeside } from "./proved.tsx";

export function mount(element: HTMLElement): void {
  const form = element as HTMLFormElement;
  const prove = provedBeside(form);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void ask(form, prove);
  });
}

async function ask(form: HTMLFormElement, prove: Prove): Promise<void> {
  const wrong = inputsOf(form).filter((input) => !checkField(input));
  const button = form.querySelector<HTMLButtonElement>('button[type="submit"]');
  if (wrong.length > 0 || !button) return wrong[0]?.focus();
  const { email } = Object.fromEntries(new FormData(form));
  showBanner(form, "");
  busy(button);
  try {
    const asked = await prove(async () => {
      await http.post("/api/v1/auth/address", { email });
      return true;
    });
    if (!asked) return;
    form.reset();
    toast(t("address.asked", { address: String(email) }));
  } catch (error) {
    explain(form, error);
  } finally {
    idle(button);
  }
}
