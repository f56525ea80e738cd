/** What the page of the library knows and does. */
import { type Signal, signal } from "@preact/signals";
import type { Media, MediaKind, MediaPage } from "../../protocol/library.ts";
import { http } from "../../server.ts";
import { Resource } from "../loaded.ts";

export interface Filter {
  q: string;
  kind: MediaKind | "";
  unused: boolean;
}

const PATH = "/api/v1/media";
const PAGE = 48;
// While something is being looked at, it is asked how far it is.
const LOOK_AGAIN = 2_000;

export class Library {
  readonly filter: Signal<Filter>;
  readonly page = new Resource<MediaPage>(() => this.#fetch(""));
  readonly chosen: Signal<Media | undefined> = signal(undefined);
  readonly problem: Signal<unknown> = signal(undefined);
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(filter: Filter) {
    this.filter = signal(filter);
  }

  show(filter: Filter): void {
    this.filter.value = filter;
    void this.refresh();
  }

  async refresh(): Promise<void> {
    clearTimeout(this.#timer);
    await this.page.reload(true);
    const working = this.page.value?.items.some(({ state }) => state === "processing");
    if (working) this.#timer = setTimeout(() => void this.refresh(), LOOK_AGAIN);
  }

  async more(): Promise<void> {
    const next = this.page.value?.next;
    if (!next) return;
    const page = await this.#fetch(next);
    this.page.change((now) =>
      now.next === next ? { items: [...now.items, ...page.items], next: page.next } : now,
    );
  }

  async change(media: Media, how: Partial<Media>): Promise<boolean> {
    return this.#try(async () => {
      const changed = await http.patch<Media>(`${PATH}/${media.id}`, how);
      this.#put(changed);
    });
  }

  async delete(media: Media): Promise<boolean> {
    return this.#try(async () => {
      await http.delete(`${PATH}/${media.id}?used=true`);
      this.page.change((now) => ({ ...now, items: now.items.filter(({ id }) => id !== media.id) }));
      this.chosen.value = undefined;
    });
  }

  async restore(media: Media): Promise<void> {
    await http.post(`${PATH}/${media.id}/restore`);
    await this.refresh();
  }

  #put(media: Media): void {
    this.page.change((now) => ({
      ...now,
      items: now.items.map((one) => (one.id === media.id ? media : one)),
    }));
    if (this.chosen.value?.id === media.id) this.chosen.value = media;
  }

  async #try(how: () => Promise<void>): Promise<boolean> {
    this.problem.value = undefined;
    try {
      await how();
      return true;
    } catch (error) {
      this.problem.value = error;
      return false;
    }
  }

  #fetch(cursor: string): Promise<MediaPage> {
    const { q, kind, unused } = this.filter.value;
    return http.get<MediaPage>(PATH, { q, kind, unused: unused || undefined, limit: PAGE, cursor });
  }
}
