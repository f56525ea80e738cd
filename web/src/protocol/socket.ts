/** Socket.IO as promises: every call is acknowledged, and a watch survives a reconnect. */
import { io, type Socket } from "socket.io-client";
import { type ProblemBody, Refused, Unreachable } from "./problem.ts";

export interface LiveOptions {
  /** "https://class.example.org"; absent for the page's own origin. */
  origin?: string;
  /** For clients without a cookie: {token: access token}, asked for at every connect. */
  auth?: () => Promise<Record<string, string>>;
  /** Connect at `begin`, and not at once: for who is nobody yet. */
  later?: boolean;
  /** Milliseconds until a call without an acknowledgement is given up. */
  timeout?: number;
}

/** `away` comes back by itself; `ended` does not: what this was opened with is over. */
export type LiveState = "connecting" | "open" | "away" | "ended";

type Ack<T> = { ok: T } | { error: Omit<ProblemBody, "title" | "status" | "type"> & Extra };
type Extra = { detail: string; retry_after?: number };
type Off = () => void;

const TIMEOUT = 10_000;
// Milliseconds between two tries to come back, half of it by chance: a class waits for a server
// that starts again, which takes seconds; one that is away for longer is asked seldom.
const SOON = 300;
const OFTEN = 1_500;
const SELDOM = 15_000;
const PATIENT_AFTER = 20;
/** Milliseconds until a try to connect is given up: the network of before never answers. */
const CONNECTED_WITHIN = 6_000;
/** Calls that wait for an answer at once: the server takes them one by one, and not too many. */
const AT_ONCE = 8;
/** Times that a call is sent again that came too fast after others. */
const PATIENCE = 5;
const TOO_FAST = "limited";

export class Live {
  readonly #socket: Socket;
  readonly #timeout: number;
  readonly #turns = new Turns(AT_ONCE);
  readonly #watches = new Set<() => void>();
  readonly #listeners = new Set<(state: LiveState) => void>();
  #state: LiveState = "connecting";
  #tries = 0;
  #renewing = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(options: LiveOptions = {}, socket: Socket = open(options)) {
    this.#timeout = options.timeout ?? TIMEOUT;
    this.#socket = socket;
    socket.on("connect", () => this.#opened());
    socket.on("disconnect", () => this.#lost());
    socket.on("connect_error", () => this.#lost());
    socket.on("ended", () => this.#become("ended"));
  }

  get state(): LiveState {
    return this.#state;
  }

  onState(listener: (state: LiveState) => void): Off {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  on<T>(news: string, listener: (payload: T) => void): Off {
    this.#socket.on(news, listener);
    return () => this.#socket.off(news, listener);
  }

  /** The result, or `Refused`; `Unreachable` when nothing came back in time. */
  async call<T>(event: string, body?: unknown, within = this.#timeout): Promise<T> {
    for (let tries = 1; ; tries++) {
      try {
        return await this.#turns.take(() => this.#once<T>(event, body, within));
      } catch (error) {
        const tooFast = error instanceof Refused && error.code === TOO_FAST;
        if (!tooFast || error.retryAfter === undefined || tries > PATIENCE) throw error;
        await pause(error.retryAfter * 1_000);
      }
    }
  }

  async #once<T>(event: string, body: unknown, within: number): Promise<T> {
    // Kept for later it would come before whatever a new line begins with.
    if (this.#state === "away" || this.#state === "ended") throw new Unreachable(this.#state);
    const sent = body === undefined ? [] : [body];
    let ack: Ack<T>;
    try {
      ack = await this.#socket.timeout(within).emitWithAck(event, ...sent);
    } catch (error) {
      throw new Unreachable(error, true);
    }
    if ("ok" in ack) return ack.ok;
    const { retry_after, ...problem } = ack.error;
    const body_ = { type: "", title: problem.detail, status: 0, ...problem };
    throw new Refused(body_, retry_after);
  }

  /** Calls now and after every reconnect, because the server forgets a socket that is gone. */
  watch<T>(event: string, body: unknown, onResult: (result: T) => void): Off {
    const ask = () => {
      this.call<T>(event, body).then(onResult, () => undefined);
    };
    this.#watches.add(ask);
    if (this.#state === "open") ask();
    return () => this.#watches.delete(ask);
  }

  /** Opens the line anew, as after a cut: the way to the server is another one, or a dead one. */
  renew(): void {
    if (this.#state === "ended") return;
    // Before, so that closing by our own hand is no end.
    this.#become("away");
    this.hurry();
  }

  begin(): void {
    if (this.#state === "connecting") this.#socket.connect();
  }

  /** Where it is away: tries now, and not when its turn comes. */
  hurry(): void {
    if (this.#state !== "away") return;
    this.#tries = 0;
    clearTimeout(this.#timer);
    this.#renewing = true;
    // Also a try that is on its way over a network that is gone.
    this.#socket.disconnect();
    this.#renewing = false;
    this.#socket.connect();
  }

  close(): void {
    this.#watches.clear();
    clearTimeout(this.#timer);
    this.#socket.disconnect();
  }

  #lost(): void {
    // What was closed by our own hand is opened again at once.
    if (this.#renewing) return;
    this.#become(this.#socket.active ? "away" : "ended");
    if (this.#state !== "away") return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#socket.connect(), waitOf(this.#tries++));
  }

  #opened(): void {
    this.#tries = 0;
    clearTimeout(this.#timer);
    this.#become("open");
    for (const ask of this.#watches) ask();
  }

  #become(state: LiveState): void {
    // What has ended stays ended, whatever the transport still says.
    if (this.#state === "ended" || this.#state === state) return;
    this.#state = state;
    for (const listener of this.#listeners) listener(state);
  }
}

/** So many at once; the others wait, in order. */
class Turns {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  constructor(free: number) {
    this.#free = free;
  }

  async take<T>(work: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free--;
    else await new Promise<void>((go) => this.#waiting.push(go));
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next) next();
      else this.#free++;
    }
  }
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((done) => setTimeout(done, milliseconds));
}

function open({ origin, auth, later }: LiveOptions): Socket {
  const options = {
    path: "/socket.io/",
    transports: ["websocket"],
    // We do it ourselves: a network that is back is no reason to wait for the next turn.
    reconnection: false,
    autoConnect: !later,
    timeout: CONNECTED_WITHIN,
    ...(auth && { auth: (send: (data: object) => void) => void auth().then(send) }),
  };
  return origin === undefined ? io(options) : io(origin, options);
}

/** Longer every time, half of it by chance. */
function waitOf(tries: number): number {
  const most = tries >= PATIENT_AFTER ? SELDOM : Math.min(OFTEN, SOON * 2 ** tries);
  return most * (0.5 + Math.random() / 2);
}
