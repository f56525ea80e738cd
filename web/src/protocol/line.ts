/** One connection to the server, which finds its way anew whenever it was lost. */
import type { types } from "mediasoup-client";
import { Refused, Unreachable } from "./problem.ts";
import type { IceOffer } from "./wire.ts";

export type MediaState = "new" | "connecting" | "connected" | "disconnected" | "failed";

interface Means {
  /** Asks the server for a new way. */
  renew: () => Promise<IceOffer>;
  onState: (state: MediaState) => void;
  onLost: () => void;
  /** Nobody answers although the socket is open: it is dead, and nobody has told us. */
  onSilence: () => void;
}

/** Milliseconds that a broken connection has to mend itself before it is helped. */
const PATIENCE = 700;
/** Milliseconds until the next help, if the one before did not do it; then twice as long. */
const AGAIN = 4_000;
const LONGEST = 20_000;
const NEVER_ASKED: ReadonlySet<types.ConnectionState> = new Set(["new", "closed"]);

export class Line {
  readonly transport: types.Transport;
  readonly #means: Means;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #wait = AGAIN;
  #restarting: Promise<void> | undefined;

  constructor(transport: types.Transport, means: Means) {
    this.transport = transport;
    this.#means = means;
    transport.on("connectionstatechange", (state) => this.#changed(state));
  }

  /** One at a time: who asks while one is on its way waits for that one. */
  restart(): Promise<void> {
    this.#restarting ??= this.#restart().finally(() => {
      this.#restarting = undefined;
    });
    return this.#restarting;
  }

  close(): void {
    clearTimeout(this.#timer);
    this.transport.close();
  }

  #changed(state: types.ConnectionState): void {
    clearTimeout(this.#timer);
    if (state === "closed") return;
    this.#means.onState(state);
    if (state === "connected") this.#wait = AGAIN;
    if (state === "disconnected") this.#helpIn(PATIENCE);
    if (state === "failed") void this.restart();
  }

  #helpIn(milliseconds: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      if (this.transport.connectionState !== "connected") void this.restart();
    }, milliseconds);
  }

  async #restart(): Promise<void> {
    const { transport } = this;
    if (NEVER_ASKED.has(transport.connectionState)) return;
    try {
      const offer = await this.#means.renew();
      await transport.restartIce({ iceParameters: offer.ice_parameters });
    } catch (error) {
      if (transport.closed) return;
      if (error instanceof Refused && error.code === "not_found") {
        this.#means.onLost();
        return;
      }
      if (error instanceof Unreachable && error.timedOut) this.#means.onSilence();
      // The socket is away too: once it is back the meeting restarts us, or the timer does.
    }
    this.#helpIn(this.#wait);
    this.#wait = Math.min(this.#wait * 2, LONGEST);
  }
}
