/** A video of the library on the page of recordings: where it is, and how often it was begun. */
import type { Http } from "../../protocol/http.ts";
import type { Watched } from "./wire.ts";

/** Where all that belongs to it is asked for. */
export function pathOf({ id, film }: Watched): string {
  return `/api/v1/${film ? "videos" : "recordings"}/${id}`;
}

export function posterOf(watched: Watched, made: readonly string[]): string | undefined {
  if (watched.film) return watched.film.poster ?? undefined;
  return made.includes("poster") ? `${pathOf(watched)}/poster` : undefined;
}

/** What the server does not tell of a film, because nobody asks for it there. */
export function filled(told: Watched): Watched {
  return told.film ? { ...told, room_id: "", reason: "" } : told;
}

/** Each visit to a film that was played counts once; who has done with it sees that at once. */
export class Visit {
  readonly #http: Http;
  readonly #path: string;
  #counted = false;

  constructor(http: Http, watched: Watched) {
    this.#http = http;
    this.#path = `${pathOf(watched)}/views`;
  }

  async begins(): Promise<void> {
    if (this.#counted) return;
    this.#counted = true;
    try {
      await this.#http.post(this.#path);
    } catch {
      this.#counted = false;
    }
  }
}

/** The outline beside it says how far one is: the server draws it anew. */
export async function redrawWay(): Promise<void> {
  const here = document.querySelector(".way-side");
  if (!here) return;
  const answer = await fetch(location.href);
  if (!answer.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const part of [".way-side", ".item-sheet"]) {
    const fresh = page.querySelector(part);
    if (fresh) document.querySelector(part)?.replaceWith(fresh);
  }
}
