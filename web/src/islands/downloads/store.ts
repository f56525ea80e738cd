/** What can be taken home of a recording, and how far it is with what is being made. */
import { type Signal, signal } from "@preact/signals";
import type { Http } from "../../protocol/http.ts";

export type Kind = "movie" | "stage" | "screen" | "sound";

export interface Download {
  kind: Kind;
  state: "none" | "queued" | "running" | "failed" | "cancelled" | "ready";
  progress: number;
  error: string;
  /** Of work that one may cancel. */
  job_id: string | null;
  bytes: number;
  path: string;
}

/** ms; how often it is looked how far it is. */
const FRESH = 1_500;

export class Downloads {
  readonly items: Signal<Download[] | undefined> = signal<Download[] | undefined>(undefined);
  readonly problem = signal("");
  readonly #http: Http;
  readonly #path: string;

  constructor(http: Http, id: string) {
    this.#http = http;
    this.#path = `/api/v1/recordings/${id}/downloads`;
  }

  /** Until what it gives back is called. */
  follow(): () => void {
    void this.read();
    const timer = setInterval(() => {
      if (this.items.value?.some(goesOn)) void this.read();
    }, FRESH);
    return () => clearInterval(timer);
  }

  read(): Promise<void> {
    return this.#try(async () => {
      this.items.value = (await this.#http.get<{ items: Download[] }>(this.#path)).items;
    });
  }

  ask(kind: Kind): Promise<void> {
    return this.#try(async () => {
      const made = await this.#http.post<Download>(this.#path, { kind });
      this.items.value = this.items.value?.map((one) => (one.kind === made.kind ? made : one));
    });
  }

  cancel({ job_id }: Download): Promise<void> {
    return this.#try(async () => {
      if (job_id) await this.#http.post(`/api/v1/jobs/${job_id}/cancel`);
      await this.read();
    });
  }

  async #try(work: () => Promise<void>): Promise<void> {
    try {
      await work();
      this.problem.value = "";
    } catch (error) {
      this.problem.value = error instanceof Error ? error.message : String(error);
    }
  }
}

export function goesOn({ state }: Download): boolean {
  return state === "queued" || state === "running";
}
