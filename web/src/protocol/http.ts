/** JSON over HTTP: time limits, problems as errors, and a second try where that is safe. */
import { problemOf, Refused, Unreachable } from "./problem.ts";

/** Proves who asks. Pages need none: their cookie travels by itself. */
export interface Authorization {
  headers(): Promise<Record<string, string>>;
  /** After a 401: true when it is worth asking once more. */
  renew(): Promise<boolean>;
}

export interface HttpOptions {
  /** "https://class.example.org"; empty for the page's own origin. */
  origin?: string;
  authorization?: Authorization;
  /** Called when a call is refused because nobody is signed in (any more). */
  onSignedOut?: () => void;
  fetch?: typeof fetch;
  /** Milliseconds until one try is given up. */
  timeout?: number;
  /** Pauses before the second, third… try of a GET, in milliseconds. */
  pauses?: readonly number[];
  sleep?: (milliseconds: number) => Promise<void>;
}

type Query = Record<string, string | number | boolean | undefined>;

export interface Call {
  method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  path: string;
  query?: Query;
  /** Sent as JSON, unless it is a Blob: that goes as it is. */
  body?: unknown;
  signal?: AbortSignal;
  timeout?: number;
}

const TIMEOUT = 15_000;
const PAUSES = [300, 1_200];
// Somebody between us and the program is restarting; the same GET may do in a moment.
const PASSING = new Set([502, 503, 504]);

export class Http {
  readonly #options: HttpOptions;
  readonly #origin: string;
  readonly #authorization: Authorization | undefined;
  readonly #fetch: typeof fetch;
  readonly #timeout: number;
  readonly #pauses: readonly number[];
  readonly #sleep: (milliseconds: number) => Promise<void>;

  constructor(options: HttpOptions = {}) {
    this.#options = options;
    this.#origin = options.origin ?? "";
    this.#authorization = options.authorization;
    this.#fetch = options.fetch ?? ((...args) => fetch(...args));
    this.#timeout = options.timeout ?? TIMEOUT;
    this.#pauses = options.pauses ?? PAUSES;
    this.#sleep = options.sleep ?? ((ms) => new Promise((done) => setTimeout(done, ms)));
  }

  /** The same connection for somebody else. */
  as(authorization: Authorization): Http {
    return new Http({ ...this.#options, authorization });
  }

  get<T>(path: string, query: Query = {}, signal?: AbortSignal): Promise<T> {
    return this.call({ method: "GET", path, query, ...(signal && { signal }) });
  }

  post<T>(path: string, body?: unknown): Promise<T> {
    return this.call({ method: "POST", path, body });
  }

  put<T>(path: string, body: unknown, timeout?: number): Promise<T> {
    return this.call({ method: "PUT", path, body, ...(timeout && { timeout }) });
  }

  patch<T>(path: string, body: unknown): Promise<T> {
    return this.call({ method: "PATCH", path, body });
  }

  delete<T>(path: string): Promise<T> {
    return this.call({ method: "DELETE", path });
  }

  /** Only a GET is repeated by itself: of everything else one cannot know what it did. */
  async call<T>(call: Call): Promise<T> {
    const pauses = call.method === "GET" ? [...this.#pauses] : [];
    for (;;) {
      try {
        return await this.#authorized<T>(call);
      } catch (error) {
        const pause = pauses.shift();
        if (pause === undefined || call.signal?.aborted || !passing(error)) throw error;
        await this.#sleep(pauseBefore(error, pause));
      }
    }
  }

  async #authorized<T>(call: Call): Promise<T> {
    try {
      return await this.#once<T>(call);
    } catch (error) {
      if (!(error instanceof Refused) || error.status !== 401) throw error;
      if (await this.#authorization?.renew()) return this.#once<T>(call);
      this.#options.onSignedOut?.();
      throw error;
    }
  }

  async #once<T>(call: Call): Promise<T> {
    const response = await this.#send(call);
    if (!response.ok) throw await problemOf(response);
    if (response.status === 204) return undefined as T;
    return (await response.json()) as T;
  }

  async #send(call: Call): Promise<Response> {
    const limit = AbortSignal.timeout(call.timeout ?? this.#timeout);
    const signal = call.signal ? AbortSignal.any([limit, call.signal]) : limit;
    const headers = { ...(await this.#authorization?.headers()), ...contentType(call.body) };
    try {
      return await this.#fetch(`${this.#origin}${call.path}${search(call.query)}`, {
        method: call.method,
        headers: { Accept: "application/json", ...headers },
        credentials: this.#authorization ? "omit" : "same-origin",
        ...(call.body !== undefined && { body: encoded(call.body) }),
        signal,
      });
    } catch (error) {
      if (call.signal?.aborted) throw error;
      throw new Unreachable(error, limit.aborted);
    }
  }
}

function passing(error: unknown): boolean {
  if (error instanceof Unreachable) return true;
  return error instanceof Refused && PASSING.has(error.status);
}

function pauseBefore(error: unknown, pause: number): number {
  const asked = error instanceof Refused ? (error.retryAfter ?? 0) * 1000 : 0;
  // Up to a third more, so that a room full of pages does not come back at the same instant.
  return Math.max(asked, pause) * (1 + Math.random() / 3);
}

function contentType(body: unknown): Record<string, string> {
  if (body === undefined) return {};
  if (body instanceof Blob) return { "Content-Type": body.type || "application/octet-stream" };
  return { "Content-Type": "application/json" };
}

function encoded(body: unknown): BodyInit {
  return body instanceof Blob ? body : JSON.stringify(body);
}

function search(query: Query = {}): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== "") parameters.set(name, String(value));
  }
  const text = parameters.toString();
  return text && `?${text}`;
}
