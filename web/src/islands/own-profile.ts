/** Saves to the profile of the person whom this page was made for, and of nobody else. Pure. */
import type { Http } from "../protocol/http.ts";
import { Refused } from "../protocol/problem.ts";
import { SignedOut } from "./autosave.ts";

export interface Profile {
  name: string;
  time_zone: string;
  theme: string;
  language: string;
}

const PATH = "/api/v1/users/me";

export class OwnProfile {
  readonly #http: Http;
  readonly #user: string;
  #sure = true;

  constructor(http: Http, user: string) {
    this.#http = http;
    this.#user = user;
  }

  /** The page was left alone: somebody else may have signed in to this browser meanwhile. */
  doubt(): void {
    this.#sure = false;
  }

  async save(changes: Partial<Profile>): Promise<void> {
    try {
      if (!this.#sure) await this.#makeSure();
      await this.#http.patch(PATH, changes);
    } catch (error) {
      if (!(error instanceof Refused) || error.status !== 401) throw error;
      this.doubt();
      throw new SignedOut();
    }
  }

  async #makeSure(): Promise<void> {
    const { id } = await this.#http.get<{ id: string }>(PATH);
    if (id !== this.#user) throw new SignedOut();
    this.#sure = true;
  }
}
