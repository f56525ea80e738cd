/** Changing the password: said under the field where it was wrong, typed text is kept. */
import { Refused } from "../protocol/problem.ts";
import { http } from "../server.ts";
import { busy, idle } from "../shell/busy.ts";
import { checkField, inputsOf, showErrors } from "../shell/fields.ts";
import { toast } from "../shell/toast.ts";
import { t } from "../text.ts";
import { showBanner } from "./notice.ts";

export function mount(element: HTMLElement): void {
  const form = element as HTMLFormElement;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void change(form);
  });
}

async function change(form: HTMLFormElement): Promise<void> {
  const wrong = inputsOf(form).filter((input) => !checkField(input));
  const button = form.querySelector<HTMLButtonElement>('button[type="submit"]');
  if (wrong.length > 0 || !button) return wrong[0]?.focus();
  const values = Object.fromEntries(new FormData(form));
  showBanner(form, "");
  busy(button);
  try {
    await http.post("/api/v1/auth/password", {
      current: values["current"],
      new: values["new"],
      end_others: values["end_others"] !== undefined,
    });
    form.reset();
    const onlyHere = values["end_others"] !== undefined;
    toast(onlyHere ? t("password.changed") : t("password.changedHere"));
  } catch (error) {
    explain(form, error);
  } finally {
    idle(button);
  }
}

/** Under the fields that are wrong, and above the form what belongs to none. */
export function explain(form: HTMLFormElement, error: unknown): void {
  if (!(error instanceof Refused)) {
    showBanner(form, t("island.away.title"));
    return;
  }
  const known = Object.keys(error.fields).length > 0;
  const rest = showErrors(form, error.fields);
  showBanner(form, rest[0] ?? (known ? "" : error.message));
}
