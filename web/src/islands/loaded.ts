/** Something that is fetched: on its way, there, or not to be had. */
import { type Signal, signal } from "@preact/signals";

export type Loaded<T> =
  | { is: "loading" }
  | { is: "ready"; value: T }
  | { is: "failed"; error: unknown };

export class Resource<T> {
  readonly state: Signal<Loaded<T>> = signal<Loaded<T>>({ is: "loading" });
  readonly #load: () => Promise<T>;
  #turn = 0;
  // What was heard while an answer was on its way, and may not be in it.
  #heard: ((value: T) => T)[] = [];
  #loading = false;

  constructor(load: () => Promise<T>) {
    this.#load = load;
  }

  get value(): T | undefined {
    return this.state.value.is === "ready" ? this.state.value.value : undefined;
  }

  /** Only the last one that was asked for counts, in whichever order the answers come. */
  async reload(quiet = false): Promise<void> {
    const turn = ++this.#turn;
    this.#heard = [];
    this.#loading = true;
    if (!quiet) this.state.value = { is: "loading" };
    try {
      const value = await this.#load();
      if (turn === this.#turn) this.#settle({ is: "ready", value });
    } catch (error) {
      if (turn === this.#turn) this.#settle({ is: "failed", error });
    }
  }

  #settle(state: Loaded<T>): void {
    this.#loading = false;
    this.state.value = state;
    for (const how of this.#heard) this.change(how);
    this.#heard = [];
  }

  /** Now, and once more on an answer that is on its way. */
  change(how: (value: T) => T): void {
    const { state } = this;
    if (this.#loading) this.#heard.push(how);
    if (state.value.is === "ready") state.value = { is: "ready", value: how(state.value.value) };
  }
}
