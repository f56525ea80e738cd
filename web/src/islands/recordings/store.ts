/** The recordings of one's rooms: a list that follows what goes on. */
import { type Signal, signal } from "@preact/signals";
import type { Http } from "../../protocol/http.ts";
import type { JobState } from "../../protocol/jobs.ts";
import { toast } from "../../shell/toast.ts";
import { t } from "../../text.ts";
import type { State } from "../watch/wire.ts";

export interface Recording {
  id: string;
  room_id: string;
  title: string;
  state: State;
  reason: string;
  visibility: "room" | "hosts";
  /** Those who may see it may take it home. */
  downloads: boolean;
  started_at: string;
  seconds: number;
  deleted_at: string | null;
  made: string[];
  work: Work[];
}

/** What is being made of it, or could not be. */
export interface Work {
  kind: string;
  state: JobState;
  progress: number;
  error: string;
}

export interface Row {
  recording: Recording;
  room: string;
  host: boolean;
  seen: number;
  viewers: number | null;
}

export interface Rows {
  items: Row[];
  next: string | null;
}

const PATH = "/api/v1/recordings";
const ROWS = "/recordings/rows";
/** ms; how often a list is read again in which something goes on. */
const FRESH = 5_000;
/** ms; a picture that is sent is drawn while one waits. */
const TO_DRAW = 60_000;

export class Shelf {
  readonly rows: Signal<Rows>;
  readonly words = signal("");
  readonly bin = signal(false);
  readonly problem: Signal<string> = signal("");
  readonly busy = signal(false);
  /** Posters that were changed here: pages keep the picture that was at an address. */
  readonly drawn: Signal<Record<string, string>> = signal<Record<string, string>>({});
  readonly #http: Http;
  #turn = 0;

  constructor(http: Http, rows: Rows) {
    this.#http = http;
    this.rows = signal(rows);
  }

  follow(): void {
    setInterval(() => {
      const goes = this.rows.value.items.some(({ recording }) => going(recording));
      if (goes && document.visibilityState === "visible") void this.read();
    }, FRESH);
  }

  /** Only the last one that was asked for counts. */
  async read(): Promise<void> {
    const turn = ++this.#turn;
    await this.#try(async () => {
      const query = { words: this.words.value, bin: this.bin.value };
      const rows = await this.#http.get<Rows>(ROWS, query);
      if (turn === this.#turn) this.rows.value = rows;
    });
  }

  async more(): Promise<void> {
    const { items, next } = this.rows.value;
    if (!next) return;
    await this.#try(async () => {
      const query = { words: this.words.value, bin: this.bin.value, cursor: next };
      const page = await this.#http.get<Rows>(ROWS, query);
      this.rows.value = { items: [...items, ...page.items], next: page.next };
    });
  }

  rename(recording: Recording, title: string): Promise<boolean> {
    return this.#change(recording, { title });
  }

  show(recording: Recording, visibility: Recording["visibility"]): Promise<boolean> {
    return this.#change(recording, { visibility });
  }

  allow(recording: Recording, downloads: boolean): Promise<boolean> {
    return this.#change(recording, { downloads });
  }

  posterAt(recording: Recording, at: number): Promise<boolean> {
    return this.#redrawn(recording, () =>
      this.#http.call({
        method: "POST",
        path: `${PATH}/${recording.id}/poster`,
        body: { at },
        timeout: TO_DRAW,
      }),
    );
  }

  posterOf(recording: Recording, file: File): Promise<boolean> {
    return this.#redrawn(recording, () =>
      this.#http.put(`${PATH}/${recording.id}/poster`, file, TO_DRAW),
    );
  }

  /** One is found once more. */
  posterByItself(recording: Recording): Promise<boolean> {
    return this.#redrawn(recording, () => this.#http.delete(`${PATH}/${recording.id}/poster`));
  }

  async delete(recording: Recording): Promise<void> {
    await this.#try(async () => {
      await this.#http.delete(`${PATH}/${recording.id}`);
      this.#drop(recording);
      toast(
        t("recordings.deleted", { title: recording.title }),
        () => void this.restore(recording),
      );
    });
  }

  async restore(recording: Recording): Promise<void> {
    await this.#try(async () => {
      await this.#http.post(`${PATH}/${recording.id}/restore`);
      await this.read();
    });
  }

  async stop(recording: Recording): Promise<void> {
    await this.#try(async () => {
      await this.#http.post(`${PATH}/${recording.id}/stop`);
      await this.read();
    });
  }

  async again(recording: Recording, kind: string): Promise<void> {
    await this.#try(async () => {
      await this.#http.post(`${PATH}/${recording.id}/work`, { kind });
      await this.read();
    });
  }

  #change(recording: Recording, change: Partial<Recording>): Promise<boolean> {
    return this.#try(async () => {
      const made = await this.#http.patch<Recording>(`${PATH}/${recording.id}`, change);
      const { items, next } = this.rows.value;
      this.rows.value = {
        items: items.map((row) =>
          row.recording.id === made.id ? { ...row, recording: made } : row,
        ),
        next,
      };
    });
  }

  #redrawn({ id }: Recording, work: () => Promise<unknown>): Promise<boolean> {
    return this.#try(async () => {
      await work();
      await this.read();
      const answer = await fetch(`${PATH}/${id}/poster`, { cache: "reload" });
      if (!answer.ok) return;
      this.drawn.value = { ...this.drawn.value, [id]: URL.createObjectURL(await answer.blob()) };
    });
  }

  #drop(recording: Recording): void {
    const { items, next } = this.rows.value;
    this.rows.value = { items: items.filter((row) => row.recording.id !== recording.id), next };
  }

  async #try(work: () => Promise<void>): Promise<boolean> {
    this.busy.value = true;
    try {
      await work();
      this.problem.value = "";
      return true;
    } catch (error) {
      this.problem.value = error instanceof Error ? error.message : String(error);
      return false;
    } finally {
      this.busy.value = false;
    }
  }
}

export function going({ state, work }: Recording): boolean {
  const made = work.some((one) => one.state === "queued" || one.state === "running");
  return made || state === "recording" || state === "paused" || state === "processing";
}
