/** Accounts elsewhere that open the one here: listed, connected by a page of theirs, disconnected. */
import { signal } from "@preact/signals";
import { render, type VNode } from "preact";
import { Refused } from "../protocol/problem.ts";
import { http } from "../server.ts";
import { toast } from "../shell/toast.ts";
import { t } from "../text.ts";
import { When } from "../when.ts";
import { Resource } from "./loaded.ts";
import { Modal } from "./modal.tsx";
import { Boundary, Button, Failure, Icon, SkeletonRows } from "./parts.tsx";
import { ProofDialog, Proofs } from "./proof.tsx";

interface Identity {
  id: string;
  provider: string;
  label: string;
  created_at: string;
}

interface Elsewhere {
  items: Identity[];
  providers: { name: string; title: string }[];
}

const PATH = "/api/v1/auth/identities";

class Store {
  readonly proofs = new Proofs();
  readonly list = new Resource(() => http.get<Elsewhere>(PATH));
  readonly leaving = signal<Identity | undefined>(undefined);
  readonly problem = signal("");
  readonly working = signal(false);

  ask(identity: Identity | undefined): void {
    this.problem.value = "";
    this.leaving.value = identity;
  }

  async disconnect({ id, provider }: Identity): Promise<void> {
    this.working.value = true;
    try {
      const gone = await this.proofs.proved(async () => {
        await http.delete(`${PATH}/${id}`);
        return true;
      });
      if (!gone) return;
      this.ask(undefined);
      toast(t("identities.gone", { provider }));
      await this.list.reload(true);
    } catch (error) {
      this.problem.value = error instanceof Refused ? error.message : t("island.away.title");
    } finally {
      this.working.value = false;
    }
  }
}

export function mount(element: HTMLElement): void {
  const store = new Store();
  const when = new When(element.dataset["zone"] ?? "UTC");
  void store.list.reload();
  element.replaceChildren();
  render(
    <Boundary source="identities">
      <List store={store} when={when} />
      <Leaving store={store} />
      <ProofDialog proofs={store.proofs} />
    </Boundary>,
    element,
  );
}

function List({ store, when }: { store: Store; when: When }): VNode {
  const state = store.list.state.value;
  if (state.is === "loading") return <SkeletonRows count={1} />;
  if (state.is === "failed") {
    return <Failure error={state.error} again={() => void store.list.reload()} />;
  }
  const { items, providers } = state.value;
  return (
    <>
      {items.length > 0 ? (
        <ul class="rows card">
          {items.map((one) => (
            <Row key={one.id} one={one} when={when} onLeave={() => store.ask(one)} />
          ))}
        </ul>
      ) : (
        <p class="small quiet">{t("identities.none")}</p>
      )}
      {providers.length > 0 && (
        <p class="row row-wrap identities-more">
          {providers.map(({ name, title }) => (
            <a
              key={name}
              class="button button-secondary"
              href={`/login/with/${encodeURIComponent(name)}?connect=true`}
            >
              <Icon name="plus" />
              {t("identities.connect", { provider: title })}
            </a>
          ))}
        </p>
      )}
    </>
  );
}

interface RowProps {
  one: Identity;
  when: When;
  onLeave: () => void;
}

function Row({ one, when, onLeave }: RowProps): VNode {
  const made = t("identities.made", { when: when.near(one.created_at) });
  return (
    <li class="place">
      <span class="medallion medallion-plain">
        <Icon name="link" kind="large" />
      </span>
      <div class="place-body">
        <strong>{one.provider}</strong>
        <p class="small quiet">{`${one.label} · ${made}`}</p>
      </div>
      <Button
        kind="danger-quiet"
        size="small"
        label={t("identities.disconnectOf", { provider: one.provider })}
        onClick={onLeave}
      >
        {t("identities.disconnect")}
      </Button>
    </li>
  );
}

function Leaving({ store }: { store: Store }): VNode | null {
  const one = store.leaving.value;
  // Behind the question who one is; two dialogs at once are one too many.
  if (!one || store.proofs.asking.value) return null;
  return (
    <Modal
      title={t("identities.disconnectTitle", { provider: one.provider })}
      onClose={() => store.ask(undefined)}
    >
      <p class="small quiet">{t("identities.disconnectText", { label: one.label })}</p>
      {store.problem.value && (
        <p class="banner banner-danger" role="alert">
          {store.problem.value}
        </p>
      )}
      <div class="dialog-actions">
        <Button onClick={() => store.ask(undefined)}>{t("dialog.cancel")}</Button>
        <Button
          kind="danger"
          busy={store.working.value && t("app.busy")}
          onClick={() => void store.disconnect(one)}
        >
          {t("identities.disconnect")}
        </Button>
      </div>
    </Modal>
  );
}
