/** The dialog that makes an API key: what uses it, what it may do, when it ends. */
import { useSignal } from "@preact/signals";
import type { VNode } from "preact";
import { useId } from "preact/hooks";
import { t } from "../text.ts";
import type { Keys } from "./key-store.ts";
import { Modal } from "./modal.tsx";
import { Button, Icon } from "./parts.tsx";

const DAY = 86_400_000;

export function CreateKey({ keys }: { keys: Keys }): VNode {
  const wrong = useSignal<Record<string, string>>({});
  const fields = { ...wrong.value, ...keys.fields.value };
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const values = new FormData(event.currentTarget as HTMLFormElement);
    wrong.value = mistakes(values);
    if (Object.keys(wrong.value).length === 0) void keys.create(wanted(values));
  };
  return (
    <Modal title={t("keys.create.title")} wide onClose={() => keys.close()}>
      <form class="stack" noValidate onSubmit={submit}>
        {keys.problem.value && Object.keys(keys.fields.value).length === 0 && (
          <p class="banner banner-danger" role="alert">
            {keys.problem.value}
          </p>
        )}
        <NameField error={fields["name"]} />
        <ScopeField scopes={keys.scopes} error={fields["scopes"]} />
        <ExpiryField error={fields["expires_at"]} />
        <div class="dialog-actions">
          <Button onClick={() => keys.close()}>{t("dialog.cancel")}</Button>
          <Button kind="primary" type="submit" busy={keys.working.value && t("keys.create.busy")}>
            {t("keys.create.action")}
          </Button>
        </div>
      </form>
    </Modal>
  );
}

function mistakes(values: FormData): Record<string, string> {
  return {
    ...(!String(values.get("name")).trim() && { name: t("keys.nameMissing") }),
    ...(!values.get("all") && values.getAll("scopes").length === 0
      ? { scopes: t("keys.scopeMissing") }
      : {}),
  };
}

function wanted(values: FormData) {
  const days = Number(values.get("expiry"));
  return {
    name: String(values.get("name")).trim(),
    scopes: values.get("all") ? null : values.getAll("scopes").map(String),
    expires_at: days > 0 ? new Date(Date.now() + days * DAY).toISOString() : null,
  };
}

function ErrorLine({ id, text }: { id: string; text: string | undefined }): VNode | null {
  if (!text) return null;
  return (
    <p class="field-error" id={id}>
      <Icon name="circle-alert" />
      <span>{text}</span>
    </p>
  );
}

function NameField({ error }: { error: string | undefined }): VNode {
  const id = useId();
  return (
    <div class="field">
      <label class="field-label" for={id}>
        {t("keys.name")}
      </label>
      <div class="input">
        <input
          id={id}
          name="name"
          maxLength={100}
          autocomplete="off"
          aria-invalid={error ? "true" : undefined}
          aria-describedby={`${id}-hint ${id}-error`}
        />
      </div>
      <p class="field-hint" id={`${id}-hint`}>
        {t("keys.nameHint")}
      </p>
      <ErrorLine id={`${id}-error`} text={error} />
    </div>
  );
}

interface ScopeProps {
  scopes: readonly string[];
  error: string | undefined;
}

function ScopeField({ scopes, error }: ScopeProps): VNode {
  const id = useId();
  const all = useSignal(false);
  return (
    <fieldset class="field" aria-describedby={`${id}-error`}>
      <legend class="field-label">{t("keys.scopes")}</legend>
      <label class="choice">
        <input
          class="checkbox"
          type="checkbox"
          name="all"
          checked={all.value}
          onChange={({ currentTarget }) => {
            all.value = currentTarget.checked;
          }}
        />
        <span>{t("keys.allScopes")}</span>
      </label>
      {!all.value && (
        <div class="scopes">
          {scopes.map((scope) => (
            <label class="choice" key={scope}>
              <input class="checkbox" type="checkbox" name="scopes" value={scope} />
              <span>
                <code>{scope}</code>
              </span>
            </label>
          ))}
        </div>
      )}
      <ErrorLine id={`${id}-error`} text={error} />
    </fieldset>
  );
}

function ExpiryField({ error }: { error: string | undefined }): VNode {
  const id = useId();
  return (
    <div class="field">
      <label class="field-label" for={id}>
        {t("keys.expiry")}
      </label>
      <div class="input">
        <select id={id} name="expiry" aria-describedby={`${id}-error`}>
          <option value="30">{t("keys.expiry.month")}</option>
          <option value="90" selected>
            {t("keys.expiry.quarter")}
          </option>
          <option value="365">{t("keys.expiry.year")}</option>
          <option value="0">{t("keys.expiry.never")}</option>
        </select>
        <Icon name="chevron-down" />
      </div>
      <ErrorLine id={`${id}-error`} text={error} />
    </div>
  );
}
