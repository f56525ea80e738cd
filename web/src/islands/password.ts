/** Changing the password, or setting a first one: said under the field where it was wrong. */
import { Refused } from "../protocol/problem.ts";
import { http } from "../server.ts";
import { busy, idle } from "../shell/busy.ts";
import { checkField, inputsOf, showErrors } from "../shell/fields.ts";
import { toast } from "../shell/toast.ts";
import { t } from "../text.ts";
import { showBanner } from "./notice.ts";
import { type Prove, provedBeside } from "./proved.tsx";

export function mount(element: HTMLElement): void {
  const form = element as HTMLFormElement;
  const prove = provedBeside(form);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void change(form, prove);
  });
}

async function change(form: HTMLFormElement, prove: Prove): Promise<void> {
  const wrong = inputsOf(form).filter((input) => !checkField(input));
  const button = form.querySelector<HTMLButtonElement>('button[type="submit"]');
  if (wrong.length > 0 || !button) return wrong[0]?.focus();
  const values = Object.fromEntries(new FormData(form));
  showBanner(form, "");
  busy(button);
  try {
    const done = await prove(async () => {
      await http.post("/api/v1/auth/password", {
        ...(values["current"] !== undefined && { current: values["current"] }),
        new: values["new"],
        end_others: values["end_others"] !== undefined,
      });
      return true;
    });
    if (done) said(form, values["end_others"] !== undefined);
  } catch (error) {
    explain(form, error);
  } finally {
    idle(button);
  }
}

function said(form: HTMLFormElement, onlyHere: boolean): void {
  form.reset();
  // Of a first one the page looks otherwise from now on.
  if (form.dataset["first"] !== undefined) location.reload();
  else toast(onlyHere ? t("password.changed") : t("password.changedHere"));
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
