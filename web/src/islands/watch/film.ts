/** A video of the library on the page of recordings: where it is, and how far somebody got. */
import type { Http } from "../../protocol/http.ts";
import { merged, type Span } from "./spans.ts";
import type { Progress, Watched } from "./wire.ts";

/** Where all that belongs to it is asked for. */
export function pathOf({ id, film }: Watched): string {
  return `/api/v1/${film ? "videos" : "recordings"}/${id}`;
}

export function posterOf(watched: Watched, made: readonly string[]): string | undefined {
  if (watched.film) return watched.film.poster ?? undefined;
  return made.includes("poster") ? `${pathOf(watched)}/poster` : undefined;
}

/** What the server does not tell of a film, because nobody asks for it there. */
export function filled(told: Watched, keep: Storage): Watched {
  if (!told.film) return told;
  return { ...told, room_id: "", reason: "", progress: new Memory(keep, told.id).read() };
}

interface Kept {
  position: number;
  seen: Span[];
}

/** How far one got, on this device. */
class Memory {
  readonly #keep: Storage;
  readonly #key: string;

  constructor(keep: Storage, id: string) {
    this.#keep = keep;
    this.#key = `film:${id}`;
  }

  read(): Progress {
    let kept: Kept = { position: 0, seen: [] };
    try {
      kept = { ...kept, ...(JSON.parse(this.#keep.getItem(this.#key) ?? "{}") as Kept) };
    } catch {
      // A device that keeps nothing begins at the beginning.
    }
    const nothing = { recording_id: "", seconds: 0, completed_at: null, watched_at: null };
    return { ...nothing, ...kept };
  }

  write(kept: Kept): void {
    try {
      this.#keep.setItem(this.#key, JSON.stringify(kept));
    } catch {
      // As above.
    }
  }
}

/** In the place of the reports on a recording: each visit is counted, and the rest stays here. */
export class FilmNotes {
  readonly waiting = 0;
  readonly #http: Http;
  readonly #watched: Watched;
  readonly #memory: Memory;
  #seen: Span[];
  #counted = false;

  constructor(http: Http, keep: Storage, watched: Watched) {
    this.#http = http;
    this.#watched = watched;
    this.#memory = new Memory(keep, watched.id);
    this.#seen = watched.progress.seen;
  }

  async tell(position: number, seen: readonly Span[]): Promise<void> {
    this.note(position, seen);
    if (this.#counted || seen.length === 0) return;
    this.#counted = true;
    try {
      await this.#http.post(`${pathOf(this.#watched)}/views`);
    } catch {
      this.#counted = false;
    }
  }

  async send(): Promise<void> {}

  note(position: number, seen: readonly Span[]): void {
    if (seen.length === 0 && position === 0) return;
    this.#seen = merged([...this.#seen, ...seen]);
    this.#memory.write({ position, seen: this.#seen });
  }

  last(): void {}
}
