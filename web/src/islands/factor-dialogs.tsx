/** The dialogs of the second step: an app, its recovery codes, a passkey. */
import { useSignal } from "@preact/signals";
import type { VNode } from "preact";
import { toast } from "../shell/toast.ts";
import { t } from "../text.ts";
import type { FactorStore, NewApp } from "./factor-store.ts";
import { LineField } from "./line-field.tsx";
import { Modal } from "./modal.tsx";
import { Button } from "./parts.tsx";

export function FactorDialogs({ store }: { store: FactorStore }): VNode | null {
  const dialog = store.dialog.value;
  // One at a time: the question who one is stands above nothing.
  if (!dialog || store.proofs.asking.value) return null;
  if (dialog.is === "app") return <SetUp store={store} app={dialog.app} />;
  if (dialog.is === "codes") return <Codes store={store} codes={dialog.codes} />;
  if (dialog.is === "add-passkey") return <AddPasskey store={store} />;
  if (dialog.is === "turn-off") {
    return (
      <Ask
        store={store}
        title={t("factors.app.turnOffTitle")}
        text={t("factors.app.turnOffText")}
        action={t("factors.app.turnOff")}
        onAction={() => void store.turnOffApp()}
      />
    );
  }
  const { passkey } = dialog;
  return (
    <Ask
      store={store}
      title={t("factors.passkeys.removeTitle", { name: passkey.name })}
      text={t("factors.passkeys.removeText")}
      action={t("factors.passkeys.remove")}
      onAction={() => void store.removePasskey(passkey)}
    />
  );
}

function SetUp({ store, app }: { store: FactorStore; app: NewApp }): VNode {
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const code = new FormData(event.currentTarget as HTMLFormElement).get("code");
    void store.confirmApp(app.challenge, String(code));
  };
  return (
    <Modal title={t("app.title")} wide onClose={() => store.close()}>
      <div class="qr">
        <img src={app.picture} alt={t("app.picture")} width="196" height="196" />
        <div>
          <p class="small quiet">{t("app.scan")}</p>
          <p class="small quiet">{t("app.byHand")}</p>
          <code class="qr-secret">{app.secret.replace(/(.{4})(?=.)/g, "$1 ")}</code>
        </div>
      </div>
      <form class="stack" noValidate onSubmit={submit}>
        <LineField
          name="code"
          label={t("step.code")}
          hint={t("app.codeHint")}
          autocomplete="one-time-code"
          inputmode="numeric"
          maxLength={20}
          error={store.problem.value}
        />
        <div class="dialog-actions">
          <Button onClick={() => store.close()}>{t("dialog.cancel")}</Button>
          <Button kind="primary" type="submit" busy={store.working.value && t("app.busy")}>
            {t("app.confirm")}
          </Button>
        </div>
      </form>
    </Modal>
  );
}

function Codes({ store, codes }: { store: FactorStore; codes: string[] }): VNode {
  const byHand = useSignal(false);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(codes.join("\n"));
      toast(t("codes.copied"));
    } catch {
      byHand.value = true;
    }
  };
  return (
    // Only the button closes it: they cannot be shown again.
    <Modal title={t("codes.title")} wide>
      <p class="small quiet">{t("codes.lead")}</p>
      <ul class="codes" aria-label={t("codes.title")}>
        {codes.map((code) => (
          <li key={code}>
            <code>{code}</code>
          </li>
        ))}
      </ul>
      {byHand.value && (
        <p class="small" role="alert">
          {t("codes.copyByHand")}
        </p>
      )}
      <div class="dialog-actions">
        <Button icon="copy" onClick={() => void copy()}>
          {t("codes.copy")}
        </Button>
        <Button kind="primary" onClick={() => store.close()}>
          {t("codes.kept")}
        </Button>
      </div>
    </Modal>
  );
}

function AddPasskey({ store }: { store: FactorStore }): VNode {
  const wrong = useSignal("");
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const name = String(new FormData(event.currentTarget as HTMLFormElement).get("name")).trim();
    wrong.value = name ? "" : t("factors.passkeys.nameMissing");
    if (name) void store.addPasskey(name);
  };
  return (
    <Modal title={t("factors.passkeys.add")} onClose={() => store.close()}>
      <form class="stack" noValidate onSubmit={submit}>
        <LineField
          name="name"
          label={t("factors.passkeys.name")}
          hint={t("factors.passkeys.nameHint")}
          maxLength={100}
          error={wrong.value || store.problem.value}
        />
        <div class="dialog-actions">
          <Button onClick={() => store.close()}>{t("dialog.cancel")}</Button>
          <Button kind="primary" type="submit" busy={store.working.value && t("passkey.busy")}>
            {t("factors.passkeys.next")}
          </Button>
        </div>
      </form>
    </Modal>
  );
}

interface AskProps {
  store: FactorStore;
  title: string;
  text: string;
  action: string;
  onAction: () => void;
}

function Ask({ store, title, text, action, onAction }: AskProps): VNode {
  return (
    <Modal title={title} onClose={() => store.close()}>
      <p class="small quiet">{text}</p>
      {store.problem.value && (
        <p class="banner banner-danger" role="alert">
          {store.problem.value}
        </p>
      )}
      <div class="dialog-actions">
        <Button onClick={() => store.close()}>{t("dialog.cancel")}</Button>
        <Button kind="danger" busy={store.working.value && t("app.busy")} onClick={onAction}>
          {action}
        </Button>
      </div>
    </Modal>
  );
}
