/** The second step and the passkeys of a person, and what can be done with them. */
import { type Signal, signal } from "@preact/signals";
import { Refused } from "../protocol/problem.ts";
import { http } from "../server.ts";
import { toast } from "../shell/toast.ts";
import { t } from "../text.ts";
import { make, type Options } from "../webauthn.ts";
import { Resource } from "./loaded.ts";
import { Proofs } from "./proof.tsx";

export interface Passkey {
  id: string;
  name: string;
  synced: boolean;
  created_at: string;
  last_used_at: string | null;
}

export interface Factors {
  password: boolean;
  authenticator: boolean;
  recovery_codes: number;
  passkeys: Passkey[];
  demanded: boolean;
  passkeys_usable: boolean;
}

export interface NewApp {
  challenge: string;
  secret: string;
  picture: string;
}

export type Dialog =
  | { is: "app"; app: NewApp }
  | { is: "codes"; codes: string[] }
  | { is: "turn-off" }
  | { is: "add-passkey" }
  | { is: "remove-passkey"; passkey: Passkey };

const AUTH = "/api/v1/auth";

export class FactorStore {
  readonly proofs = new Proofs();
  readonly list = new Resource(() => http.get<Factors>(`${AUTH}/factors`));
  readonly dialog: Signal<Dialog | undefined> = signal<Dialog | undefined>(undefined);
  readonly working = signal(false);
  /** What went wrong with the last thing, in the dialog that did it. */
  readonly problem = signal("");

  open(dialog: Dialog): void {
    this.problem.value = "";
    this.dialog.value = dialog;
  }

  close(): void {
    this.dialog.value = undefined;
  }

  async beginApp(): Promise<void> {
    await this.#do(async () => {
      const app = await this.proofs.proved(() => http.post<NewApp>(`${AUTH}/authenticator`));
      if (app) this.open({ is: "app", app });
    });
  }

  async confirmApp(challenge: string, code: string): Promise<void> {
    await this.#do(async () => {
      const body = { challenge, code };
      this.#show(await http.post(`${AUTH}/authenticator/confirm`, body));
      toast(t("factors.app.isOn"));
      await this.list.reload(true);
    });
  }

  async turnOffApp(): Promise<void> {
    await this.#do(async () => {
      await this.#changed(() => http.delete(`${AUTH}/authenticator`), t("factors.app.turnedOff"));
    });
  }

  async newCodes(): Promise<void> {
    await this.#do(async () => {
      const made = await this.proofs.proved(() =>
        http.post<{ recovery_codes: string[] }>(`${AUTH}/recovery-codes`),
      );
      if (!made) return;
      this.#show(made);
      await this.list.reload(true);
    });
  }

  async addPasskey(name: string): Promise<void> {
    await this.#do(async () => {
      const asked = await this.proofs.proved(() =>
        http.post<{ options: Options }>(`${AUTH}/passkeys/new`),
      );
      if (!asked) return;
      const passkey = await make(asked.options);
      if (!passkey) throw new Error(t("passkey.cancelled"));
      await http.post(`${AUTH}/passkeys`, { passkey, name });
      this.close();
      toast(t("factors.passkeys.added", { name }));
      await this.list.reload(true);
    });
  }

  async removePasskey({ id, name }: Passkey): Promise<void> {
    await this.#do(async () => {
      const gone = t("factors.passkeys.removed", { name });
      await this.#changed(() => http.delete(`${AUTH}/passkeys/${id}`), gone);
    });
  }

  async #changed(act: () => Promise<unknown>, said: string): Promise<void> {
    const done = await this.proofs.proved(async () => {
      await act();
      return true;
    });
    if (!done) return;
    this.close();
    toast(said);
    await this.list.reload(true);
  }

  #show({ recovery_codes: codes }: { recovery_codes: string[] }): void {
    this.open({ is: "codes", codes });
  }

  async #do(act: () => Promise<void>): Promise<void> {
    this.working.value = true;
    this.problem.value = "";
    try {
      await act();
    } catch (error) {
      const known = error instanceof Error && error.name !== "Unreachable";
      this.problem.value = known ? error.message : t("island.away.title");
      if (error instanceof Refused && error.code === "challenge_ended") this.close();
    } finally {
      this.working.value = false;
    }
  }
}
