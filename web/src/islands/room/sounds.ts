/** The sound of others: an <audio> for each track, and what to do when a browser keeps it silent. */
import { type Signal, signal } from "@preact/signals";

export class Sounds {
  /** The browser wants to be asked by a person first. */
  readonly blocked: Signal<boolean> = signal(false);
  readonly #elements = new Map<string, HTMLAudioElement>();
  #speaker = "";

  add(id: string, track: MediaStreamTrack): void {
    this.remove(id);
    const element = document.createElement("audio");
    element.srcObject = new MediaStream([track]);
    element.dataset["track"] = id;
    element.hidden = true;
    document.body.append(element);
    this.#elements.set(id, element);
    void this.#route(element);
    void this.#play(element);
  }

  remove(id: string): void {
    const element = this.#elements.get(id);
    if (!element) return;
    this.#elements.delete(id);
    element.srcObject = null;
    element.remove();
  }

  /** From a click: now the browser lets them all be heard. */
  async start(): Promise<void> {
    this.blocked.value = false;
    await Promise.all([...this.#elements.values()].map((element) => this.#play(element)));
  }

  speaker(id: string): void {
    this.#speaker = id;
    for (const element of this.#elements.values()) void this.#route(element);
  }

  clear(): void {
    for (const id of [...this.#elements.keys()]) this.remove(id);
    this.blocked.value = false;
  }

  async #play(element: HTMLAudioElement): Promise<void> {
    try {
      await element.play();
    } catch (error) {
      if (error instanceof DOMException && error.name === "NotAllowedError") {
        this.blocked.value = true;
      }
    }
  }

  async #route(element: HTMLAudioElement): Promise<void> {
    if (!this.#speaker || !("setSinkId" in element)) return;
    // A speaker that is gone leaves the one of the system.
    await element.setSinkId(this.#speaker).catch(() => undefined);
  }
}
