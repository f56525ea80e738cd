/** Saves changes by themselves: one request at a time, the newest values, kept while offline. Pure. */
import { Refused, Unreachable } from "../protocol/problem.ts";

export type SaveState =
  | { kind: "idle" }
  | { kind: "saving" }
  | { kind: "saved"; at: number }
  | { kind: "offline" }
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
  #saving = false;
  #cancel: () => void = () => undefined;

  constructor(options: AutosaveOptions<T>) {
    this.#options = options;
  }

  /** Saves after `delay`, together with what else changes until then. */
  change(changes: Partial<T>, delay = 0): void {
    this.#waiting = { ...this.#waiting, ...changes };
    this.#options.keep(this.#waiting);
    this.#plan(delay);
  }

  /** What was typed must not wait any longer: the field or the page is being left. */
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
    const sent = this.#waiting;
    this.#waiting = {};
    this.#saving = true;
    this.#options.onState({ kind: "saving" });
    try {
      await this.#options.save(sent);
      this.#saved();
    } catch (error) {
      this.#failed(sent, error);
    }
  }

  #saved(): void {
    this.#saving = false;
    if (this.#more) {
      this.#plan(0);
      return;
    }
    this.#options.keep(undefined);
    this.#options.onState({ kind: "saved", at: this.#options.now() });
  }

  #failed(sent: Partial<T>, error: unknown): void {
    this.#saving = false;
    if (passing(error)) {
      // What was changed since then is newer than what could not be sent.
      this.#waiting = { ...sent, ...this.#waiting };
      this.#options.onState({ kind: "offline" });
      this.#plan(RETRY);
    } else {
      this.#options.keep(this.#more ? this.#waiting : undefined);
      if (this.#more) this.#plan(0);
      this.#options.onState(refusal(error));
    }
  }

  get #more(): boolean {
    return Object.keys(this.#waiting).length > 0;
  }
}

/** What may be saved later: the server is away, or one has to sign in again first. */
function passing(error: unknown): boolean {
  if (error instanceof Unreachable) return true;
  return error instanceof Refused && (error.status >= 500 || error.status === 401);
}

function refusal(error: unknown): SaveState {
  const reason = error instanceof Error ? error.message : String(error);
  return { kind: "refused", reason, fields: error instanceof Refused ? error.fields : {} };
}
