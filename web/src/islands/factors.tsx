/** The second step and passkeys, on the profile page. */
import { render, type VNode } from "preact";
import { t } from "../text.ts";
import { When } from "../when.ts";
import { FactorDialogs } from "./factor-dialogs.tsx";
import { FactorStore, type Factors, type Passkey } from "./factor-store.ts";
import { Badge, Boundary, Button, Failure, Icon, SkeletonRows } from "./parts.tsx";
import { ProofDialog } from "./proof.tsx";

export function mount(element: HTMLElement): void {
  const store = new FactorStore();
  const when = new When(element.dataset["zone"] ?? "UTC");
  void store.list.reload();
  element.replaceChildren();
  render(
    <Boundary source="factors">
      <Overview store={store} when={when} />
      <FactorDialogs store={store} />
      <ProofDialog proofs={store.proofs} />
    </Boundary>,
    element,
  );
}

function Overview({ store, when }: { store: FactorStore; when: When }): VNode {
  const state = store.list.state.value;
  if (state.is === "loading") return <SkeletonRows count={2} />;
  if (state.is === "failed") {
    return <Failure error={state.error} again={() => void store.list.reload()} />;
  }
  const problem = store.dialog.value ? "" : store.problem.value;
  return (
    <>
      {problem && (
        <p class="banner banner-danger" role="alert">
          {problem}
        </p>
      )}
      <ul class="rows card">
        <App store={store} factors={state.value} />
        {state.value.recovery_codes > 0 || state.value.authenticator ? (
          <Codes store={store} left={state.value.recovery_codes} />
        ) : null}
        {state.value.passkeys.map((passkey) => (
          <Row key={passkey.id} store={store} passkey={passkey} when={when} />
        ))}
        <AddPasskey store={store} factors={state.value} />
      </ul>
    </>
  );
}

function App({ store, factors }: { store: FactorStore; factors: Factors }): VNode {
  const on = factors.authenticator;
  return (
    <li class="place">
      <span class="medallion medallion-plain">
        <Icon name="smartphone" kind="large" />
      </span>
      <div class="place-body">
        <strong>{t("factors.app")}</strong>{" "}
        <Badge
          text={on ? t("factors.on") : t("factors.off")}
          tone={on ? "good" : undefined}
          {...(on && { icon: "check" })}
        />
        <p class="small quiet">
          {on ? t("factors.app.on") : t("factors.app.off")}
          {factors.demanded && ` ${t("factors.app.demanded")}`}
        </p>
      </div>
      {on ? (
        <Button kind="danger-quiet" size="small" onClick={() => store.open({ is: "turn-off" })}>
          {t("factors.app.turnOff")}
        </Button>
      ) : (
        <Button size="small" onClick={() => void store.beginApp()}>
          {t("factors.app.setUp")}
        </Button>
      )}
    </li>
  );
}

function Codes({ store, left }: { store: FactorStore; left: number }): VNode {
  return (
    <li class="place">
      <span class="medallion medallion-plain">
        <Icon name="life-buoy" kind="large" />
      </span>
      <div class="place-body">
        <strong>{t("factors.codes")}</strong>
        <p class="small quiet">{t("factors.codes.left", { count: left })}</p>
      </div>
      <Button size="small" onClick={() => void store.newCodes()}>
        {t("factors.codes.make")}
      </Button>
    </li>
  );
}

interface RowProps {
  store: FactorStore;
  passkey: Passkey;
  when: When;
}

function Row({ store, passkey, when }: RowProps): VNode {
  const { created_at, last_used_at } = passkey;
  const used = last_used_at
    ? t("factors.passkeys.used", { when: when.near(last_used_at) })
    : t("factors.passkeys.unused");
  const made = t("factors.passkeys.made", { when: when.near(created_at) });
  return (
    <li class="place">
      <span class="medallion medallion-plain">
        <Icon name="key-round" kind="large" />
      </span>
      <div class="place-body">
        <strong>{passkey.name}</strong>{" "}
        {passkey.synced && <Badge text={t("factors.passkeys.synced")} />}
        <p class="small quiet">{`${made} · ${used}`}</p>
      </div>
      <Button
        kind="danger-quiet"
        size="small"
        onClick={() => store.open({ is: "remove-passkey", passkey })}
      >
        {t("factors.passkeys.remove")}
      </Button>
    </li>
  );
}

function AddPasskey({ store, factors }: { store: FactorStore; factors: Factors }): VNode {
  return (
    <li class="place">
      <span class="medallion medallion-plain">
        <Icon name="key-round" kind="large" />
      </span>
      <div class="place-body">
        <strong>{t("factors.passkeys")}</strong>
        <p class="small quiet">
          {factors.passkeys_usable ? t("factors.passkeys.none") : t("factors.passkeys.unusable")}
        </p>
      </div>
      {factors.passkeys_usable && (
        <Button size="small" icon="plus" onClick={() => store.open({ is: "add-passkey" })}>
          {t("factors.passkeys.add")}
        </Button>
      )}
    </li>
  );
}
