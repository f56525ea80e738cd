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

  constructor(load: () => Promise<T>) {
    this.#load = load;
  }

  get value(): T | undefined {
    return this.state.value.is === "ready" ? this.state.value.value : undefined;
  }

  /** Only the last one that was asked for counts, in whichever order the answers come. */
  async reload(quiet = false): Promise<void> {
    const turn = ++this.#turn;
    if (!quiet) this.state.value = { is: "loading" };
    try {
      const value = await this.#load();
      if (turn === this.#turn) this.state.value = { is: "ready", value };
    } catch (error) {
      if (turn === this.#turn) this.state.value = { is: "failed", error };
    }
  }

  change(how: (value: T) => T): void {
    const { state } = this;
    if (state.value.is === "ready") state.value = { is: "ready", value: how(state.value.value) };
  }
}
