/** Access tokens for a client without a cookie: renewed before they end, and only once at a time. */
import type { Authorization } from "./http.ts";
import { Http, type HttpOptions } from "./http.ts";
import { Refused } from "./problem.ts";

/** What the server answers to a sign-in and to a refresh. */
export interface Granted {
  access_token: string;
  refresh_token: string;
  /** Seconds that the access token lives. */
  expires_in: number;
}

export interface Kept {
  access: string;
  refresh: string;
  /** Milliseconds on the clock of `now`. */
  endsAt: number;
}

export interface TokensOptions extends Omit<HttpOptions, "authorization"> {
  now?: () => number;
  /** Called with every new pair, to keep it where the client wants; undefined when it ended. */
  onChange?: (kept: Kept | undefined) => void;
}

// Renewed this long before the end, so that a token never dies on its way to the server.
const MARGIN = 30_000;

/**
 * Each refresh token works once; using one twice revokes the whole family. So there is a single
 * flight. One whose answer was lost may be sent again at once: the server gives the same answer for
 * a few seconds.
 */
export class Tokens implements Authorization {
  readonly #http: Http;
  readonly #now: () => number;
  readonly #onChange: (kept: Kept | undefined) => void;
  #kept: Kept | undefined;
  #renewing: Promise<boolean> | undefined;

  constructor(options: TokensOptions = {}, kept?: Kept) {
    this.#http = new Http(options);
    this.#now = options.now ?? Date.now;
    this.#onChange = options.onChange ?? (() => undefined);
    this.#kept = kept;
  }

  get signedIn(): boolean {
    return this.#kept !== undefined;
  }

  async signIn(email: string, password: string): Promise<void> {
    this.#keep(await this.#http.post<Granted>("/api/v1/auth/login", { email, password }));
  }

  async signOut(): Promise<void> {
    const headers = await this.headers();
    this.#end();
    const http = { headers: async () => headers, renew: async () => false };
    await this.#http.as(http).post("/api/v1/auth/logout");
  }

  async headers(): Promise<Record<string, string>> {
    if (this.#kept && this.#kept.endsAt - this.#now() < MARGIN) await this.renew();
    return this.#kept ? { Authorization: `Bearer ${this.#kept.access}` } : {};
  }

  /** True when there is a new access token. Throws `Unreachable` while the server is away. */
  renew(): Promise<boolean> {
    this.#renewing ??= this.#renew().finally(() => {
      this.#renewing = undefined;
    });
    return this.#renewing;
  }

  async #renew(): Promise<boolean> {
    if (!this.#kept) return false;
    const body = { refresh_token: this.#kept.refresh };
    try {
      this.#keep(await this.#http.post<Granted>("/api/v1/auth/refresh", body));
      return true;
    } catch (error) {
      if (!(error instanceof Refused) || error.status >= 500 || error.status === 429) throw error;
      this.#end();
      return false;
    }
  }

  #keep(granted: Granted): void {
    this.#kept = {
      access: granted.access_token,
      refresh: granted.refresh_token,
      endsAt: this.#now() + granted.expires_in * 1000,
    };
    this.#onChange(this.#kept);
  }

  #end(): void {
    this.#kept = undefined;
    this.#onChange(undefined);
  }
}
