/** Saves changes by themselves: one request at a time, the newest values, kept while offline. Pure. */
import { Refused, Unreachable } from "../protocol/problem.ts";

/** Nobody is signed in here any more, or somebody else. */
export class SignedOut extends Error {}

export type SaveState =
  | { kind: "idle" }
  | { kind: "saving" }
  | { kind: "saved"; at: number }
  | { kind: "offline" }
  | { kind: "signed-out" }
  | { kind: "refused"; reason: string; fields: Record<string, string> };

export interface AutosaveOptions<T> {
  save: (changes: Partial<T>) => Promise<unknown>;
  onState: (state: SaveState) => void;
  /** Holds what is not saved yet, so that a closed page loses nothing. */
  keep: (changes: Partial<T> | undefined) => void;
  now: () => number;
  after: (milliseconds: number, run: () => void) => () => void;
}

// Long enough that the next letter usually comes first.
export const TYPING = 800;
const RETRY = 5_000;

export class Autosave<T extends object> {
  readonly #options: AutosaveOptions<T>;
  #waiting: Partial<T> = {};
  #sent: Partial<T> = {};
  #saving = false;
  #signedOut = false;
  #cancel: () => void = () => undefined;

  constructor(options: AutosaveOptions<T>) {
    this.#options = options;
  }

  /** Saves after `delay`, together with what else changes until then. */
  change(changes: Partial<T>, delay = 0): void {
    this.#waiting = { ...this.#waiting, ...changes };
    // What is on its way may still come back.
    this.#options.keep({ ...this.#sent, ...this.#waiting });
    this.#plan(delay);
  }

  /** What waits must not wait any longer: the field is left, or saving may work again. */
  flush(): void {
    this.#cancel();
    void this.#save();
  }

  #plan(delay: number): void {
    this.#cancel();
    this.#cancel = this.#options.after(delay, () => void this.#save());
  }

  async #save(): Promise<void> {
    if (this.#saving || !this.#more) return;
    this.#sent = this.#waiting;
    this.#waiting = {};
    this.#saving = true;
    this.#tell({ kind: "saving" });
    try {
      await this.#options.save(this.#sent);
      this.#saved();
    } catch (error) {
      this.#failed(error);
    }
  }

  #saved(): void {
    this.#forgetSent();
    if (this.#more) {
      this.#plan(0);
      return;
    }
    this.#tell({ kind: "saved", at: this.#options.now() });
  }

  #failed(error: unknown): void {
    if (error instanceof SignedOut || passing(error)) {
      // What was changed since then is newer than what could not be sent.
      this.#waiting = { ...this.#sent, ...this.#waiting };
      this.#forgetSent();
      this.#waitFor(error);
    } else {
      this.#forgetSent();
      if (this.#more) this.#plan(0);
      this.#tell(refusal(error));
    }
  }

  /** Being away passes by itself; being signed out only by what the person does. */
  #waitFor(error: unknown): void {
    const away = !(error instanceof SignedOut);
    this.#tell({ kind: away ? "offline" : "signed-out" });
    if (away) this.#plan(RETRY);
  }

  #forgetSent(): void {
    this.#saving = false;
    this.#sent = {};
    this.#options.keep(this.#more ? this.#waiting : undefined);
  }

  #tell(state: SaveState): void {
    const still = this.#signedOut && (state.kind === "saving" || state.kind === "signed-out");
    this.#signedOut = still || state.kind === "signed-out";
    // Pressing what was shown leaves the field, which tries again: it must not vanish meanwhile.
    if (!still) this.#options.onState(state);
  }

  get #more(): boolean {
    return Object.keys(this.#waiting).length > 0;
  }
}

/** What may be saved later: the server is away. */
function passing(error: unknown): boolean {
  if (error instanceof Unreachable) return true;
  return error instanceof Refused && error.status >= 500;
}

function refusal(error: unknown): SaveState {
  const reason = error instanceof Error ? error.message : String(error);
  return { kind: "refused", reason, fields: error instanceof Refused ? error.fields : {} };
}
