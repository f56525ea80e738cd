/** What the page of API keys knows and does; how it looks is in keys.tsx. */
import { type Signal, signal } from "@preact/signals";
import { Refused } from "../protocol/problem.ts";
import { http } from "../server.ts";
import { toast } from "../shell/toast.ts";
import { t } from "../text.ts";
import { Resource } from "./loaded.ts";

export interface Key {
  id: string;
  name: string;
  /** The beginning of the key, to tell one from the other. */
  prefix: string;
  /** null is everything that its owner may do. */
  scopes: string[] | null;
  created_at: string;
  expires_at: string | null;
  last_used_at: string | null;
}

export interface NewKey {
  name: string;
  scopes: string[] | null;
  expires_at: string | null;
}

export type Dialog =
  | { is: "none" | "create" }
  | { is: "created"; secret: string }
  | { is: "revoke"; key: Key };

const PATH = "/api/v1/keys";
const MOST = 200;

export class Keys {
  readonly list = new Resource(
    async () => (await http.get<{ items: Key[] }>(PATH, { limit: MOST })).items,
  );
  readonly dialog: Signal<Dialog> = signal<Dialog>({ is: "none" });
  readonly working = signal(false);
  readonly problem = signal("");
  readonly fields: Signal<Record<string, string>> = signal({});
  /** What a key may be given: "users:read", "users:write", … */
  readonly scopes: readonly string[];

  constructor(scopes: readonly string[]) {
    this.scopes = scopes;
  }

  ask(): void {
    this.#open({ is: "create" });
  }

  askRevoke(key: Key): void {
    this.#open({ is: "revoke", key });
  }

  close(): void {
    this.#open({ is: "none" });
  }

  async create(wanted: NewKey): Promise<void> {
    await this.#work(async () => {
      const made = await http.post<{ key: string }>(PATH, wanted);
      this.#open({ is: "created", secret: made.key });
      await this.list.reload(true);
    });
  }

  async revoke(key: Key): Promise<void> {
    await this.#work(async () => {
      await http.delete(`${PATH}/${key.id}`);
      this.list.change((all) => all.filter(({ id }) => id !== key.id));
      this.close();
      toast(t("keys.revoked", { name: key.name }));
    });
  }

  #open(dialog: Dialog): void {
    this.problem.value = "";
    this.fields.value = {};
    this.dialog.value = dialog;
  }

  async #work(how: () => Promise<void>): Promise<void> {
    this.working.value = true;
    this.problem.value = "";
    this.fields.value = {};
    try {
      await how();
    } catch (error) {
      this.problem.value = error instanceof Refused ? error.message : t("island.away.title");
      if (error instanceof Refused) this.fields.value = error.fields;
    } finally {
      this.working.value = false;
    }
  }
}
