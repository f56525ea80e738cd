/** API keys: made here and shown once, listed, revoked. */
import { useSignal } from "@preact/signals";
import { render, type VNode } from "preact";
import { toast } from "../shell/toast.ts";
import { t } from "../text.ts";
import { When } from "../when.ts";
import { CreateKey } from "./key-form.tsx";
import { type Key, Keys } from "./key-store.ts";
import { Modal } from "./modal.tsx";
import { Badge, Boundary, Button, Empty, Failure, Icon, SkeletonRows } from "./parts.tsx";

export function mount(element: HTMLElement): void {
  const keys = new Keys((element.dataset["scopes"] ?? "").split(" ").filter(Boolean));
  const when = new When(element.dataset["zone"] ?? "UTC");
  void keys.list.reload();
  element.replaceChildren();
  render(
    <Boundary source="keys">
      <List keys={keys} when={when} />
      <Dialogs keys={keys} />
    </Boundary>,
    element,
  );
  const actions = document.getElementById("keys-actions");
  if (actions) {
    render(
      <Button kind="primary" size="small" icon="plus" onClick={() => keys.ask()}>
        {t("keys.create")}
      </Button>,
      actions,
    );
  }
}

function List({ keys, when }: { keys: Keys; when: When }): VNode {
  const state = keys.list.state.value;
  if (state.is === "loading") return <SkeletonRows count={2} />;
  if (state.is === "failed") {
    return <Failure error={state.error} again={() => void keys.list.reload()} />;
  }
  if (state.value.length === 0) {
    return <Empty icon="key-round" title={t("keys.empty.title")} text={t("keys.empty.text")} />;
  }
  return (
    <ul class="rows">
      {state.value.map((key) => (
        <Row key={key.id} item={key} when={when} onRevoke={() => keys.askRevoke(key)} />
      ))}
    </ul>
  );
}

interface RowProps {
  item: Key;
  when: When;
  onRevoke: () => void;
}

function Row({ item, when, onRevoke }: RowProps): VNode {
  const over = item.expires_at !== null && Date.parse(item.expires_at) <= Date.now();
  return (
    <li class="place">
      <span class="medallion medallion-plain">
        <Icon name="key-round" kind="large" />
      </span>
      <div class="place-body">
        <strong>{item.name}</strong> <code class="small faint">{item.prefix}…</code>
        <p class="small quiet">
          {[created(item, when), used(item, when), ends(item, when)].join(" · ")}
        </p>
        <p class="row row-wrap row-tight">
          {over && <Badge text={t("keys.expired")} tone="chalk" icon="clock" />}
          {(item.scopes ?? [t("keys.allScopes")]).map((scope) => (
            <Badge key={scope} text={scope} />
          ))}
        </p>
      </div>
      <Button kind="danger-quiet" size="small" onClick={onRevoke}>
        {t("keys.revoke")}
      </Button>
    </li>
  );
}

function created({ created_at }: Key, when: When): string {
  return t("keys.created", { when: when.near(created_at) });
}

function used({ last_used_at }: Key, when: When): string {
  return last_used_at ? t("keys.used", { when: when.near(last_used_at) }) : t("keys.unused");
}

function ends({ expires_at }: Key, when: When): string {
  return expires_at ? t("keys.expires", { when: when.near(expires_at) }) : t("keys.never");
}

function Dialogs({ keys }: { keys: Keys }): VNode | null {
  const dialog = keys.dialog.value;
  if (dialog.is === "create") return <CreateKey keys={keys} />;
  if (dialog.is === "created") return <Secret secret={dialog.secret} onDone={() => keys.close()} />;
  if (dialog.is === "revoke") return <Revoke keys={keys} item={dialog.key} />;
  return null;
}

function Secret({ secret, onDone }: { secret: string; onDone: () => void }): VNode {
  const byHand = useSignal(false);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(secret);
      toast(t("keys.copied"));
    } catch {
      // Over plain http, or where the browser was told not to.
      byHand.value = true;
    }
  };
  return (
    // Only the button closes it: the key cannot be shown again.
    <Modal title={t("keys.secret.title")} wide>
      <p class="small quiet">{t("keys.secret.text")}</p>
      <div class="secret">
        <code id="new-key">{secret}</code>
        <Button size="small" icon="copy" onClick={() => void copy()}>
          {t("keys.copy")}
        </Button>
      </div>
      {byHand.value && (
        <p class="small" role="alert">
          {t("keys.copyByHand")}
        </p>
      )}
      <div class="dialog-actions">
        <Button kind="primary" onClick={onDone}>
          {t("keys.done")}
        </Button>
      </div>
    </Modal>
  );
}

function Revoke({ keys, item }: { keys: Keys; item: Key }): VNode {
  const problem = keys.problem.value;
  return (
    <Modal title={t("keys.revoke.title", { name: item.name })} onClose={() => keys.close()}>
      <p class="small quiet">{t("keys.revoke.text")}</p>
      {problem && (
        <p class="banner banner-danger" role="alert">
          {problem}
        </p>
      )}
      <div class="dialog-actions">
        <Button onClick={() => keys.close()}>{t("dialog.cancel")}</Button>
        <Button
          kind="danger"
          busy={keys.working.value && t("keys.revoke.busy")}
          onClick={() => void keys.revoke(item)}
        >
          {t("keys.revoke.action")}
        </Button>
      </div>
    </Modal>
  );
}
