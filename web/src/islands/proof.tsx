/** "Is it you?": asked before what could take the account away, when the last proof is too old. */
import { signal, useSignal } from "@preact/signals";
import type { VNode } from "preact";
import { Refused } from "../protocol/problem.ts";
import { http } from "../server.ts";
import { t } from "../text.ts";
import { type Options, show } from "../webauthn.ts";
import { LineField } from "./line-field.tsx";
import { Modal } from "./modal.tsx";
import { Button } from "./parts.tsx";

const PATH = "/api/v1/auth/proof";

interface Asking {
  methods: readonly string[];
  done: (given: boolean) => void;
}

export class Proofs {
  readonly asking = signal<Asking | undefined>(undefined);

  /** What `act` gives, after a proof where one is needed; `undefined` when none was given. */
  async proved<T>(act: () => Promise<T>): Promise<T | undefined> {
    try {
      return await act();
    } catch (error) {
      if (!(error instanceof Refused) || error.code !== "proof_needed") throw error;
      return (await this.#ask(error.methods)) ? act() : undefined;
    }
  }

  #ask(methods: readonly string[]): Promise<boolean> {
    return new Promise((resolve) => {
      this.asking.value = {
        methods,
        done: (given) => {
          this.asking.value = undefined;
          resolve(given);
        },
      };
    });
  }
}

export function ProofDialog({ proofs }: { proofs: Proofs }): VNode | null {
  const asking = proofs.asking.value;
  return asking ? <Ask {...asking} /> : null;
}

function Ask({ methods, done }: Asking): VNode {
  const working = useSignal(false);
  const problem = useSignal("");
  const way = ["code", "password"].find((name) => methods.includes(name));
  const give = async (proof: () => Promise<Record<string, unknown> | undefined>) => {
    working.value = true;
    problem.value = "";
    try {
      const given = await proof();
      if (given) {
        await http.post(PATH, given);
        done(true);
      } else {
        problem.value = t("passkey.cancelled");
      }
    } catch (error) {
      problem.value = error instanceof Refused ? error.message : t("island.away.title");
    }
    working.value = false;
  };
  const typed = (event: SubmitEvent) => {
    event.preventDefault();
    const value = String(new FormData(event.currentTarget as HTMLFormElement).get("proof"));
    void give(async () => ({ [way ?? ""]: value }));
  };
  return (
    <Modal title={t("proof.title")} onClose={() => done(false)}>
      <p class="small quiet">{methods.length > 0 ? t("proof.text") : t("proof.signIn")}</p>
      <form class="stack" noValidate onSubmit={typed}>
        {way && (
          <LineField
            name="proof"
            label={way === "code" ? t("step.code") : t("proof.password")}
            type={way === "code" ? "text" : "password"}
            autocomplete={way === "code" ? "one-time-code" : "current-password"}
            inputmode={way === "code" ? "numeric" : undefined}
            error={problem.value}
          />
        )}
        {!way && problem.value && (
          <p class="banner banner-danger" role="alert">
            {problem.value}
          </p>
        )}
        <div class="dialog-actions">
          <Button onClick={() => done(false)}>{t("dialog.cancel")}</Button>
          {methods.includes("passkey") && (
            <Button
              icon="key-round"
              kind={way ? "secondary" : "primary"}
              busy={working.value && t("passkey.busy")}
              onClick={() => void give(byPasskey)}
            >
              {t("passkey.use")}
            </Button>
          )}
          {way && (
            <Button kind="primary" type="submit" busy={working.value && t("app.busy")}>
              {t("proof.action")}
            </Button>
          )}
        </div>
      </form>
    </Modal>
  );
}

async function byPasskey(): Promise<Record<string, unknown> | undefined> {
  const { options } = await http.post<{ options: Options }>(`${PATH}/question`);
  const passkey = await show(options);
  return passkey && { passkey };
}
