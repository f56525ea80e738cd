/** What the page of jobs knows and does: a filtered list that follows the news. */
import { type Signal, signal } from "@preact/signals";
import type { Http } from "../protocol/http.ts";
import { CHANGED, type Job, type JobState, WATCH } from "../protocol/jobs.ts";
import type { Live, LiveState } from "../protocol/socket.ts";
import { Resource } from "./loaded.ts";

export interface Filter {
  state: JobState | "";
  kind: string;
}

interface Page {
  items: Job[];
  next: string | null;
}

const PATH = "/api/v1/jobs";
const PAGE = 50;
/** Beyond this many rows the oldest go: a page that is open for a week must not grow for ever. */
const MOST = 500;

export class Jobs {
  readonly filter: Signal<Filter>;
  readonly page = new Resource<Page>(() => this.#fetch(""));
  readonly chosen: Signal<string | undefined> = signal(undefined);
  readonly line: Signal<LiveState> = signal<LiveState>("connecting");
  readonly problem: Signal<unknown> = signal(undefined);
  readonly #http: Http;

  constructor(http: Http, filter: Filter) {
    this.#http = http;
    this.filter = signal(filter);
  }

  listen(live: Live): void {
    live.onState((state) => {
      this.line.value = state;
    });
    live.on<Job>(CHANGED, (job) => this.heard(job));
    // After a gap the list is read again: what happened meanwhile was told to nobody here.
    live.watch(WATCH, {}, () => void this.page.reload(true));
  }

  show(filter: Filter): void {
    this.filter.value = filter;
    void this.page.reload();
  }

  heard(job: Job): void {
    this.page.change(({ items, next }) => ({ items: merged(items, job, this.filter.value), next }));
  }

  get open(): Job | undefined {
    return this.page.value?.items.find(({ id }) => id === this.chosen.value);
  }

  async more(): Promise<void> {
    const next = this.page.value?.next;
    if (!next) return;
    await this.#try(async () => {
      const page = await this.#fetch(next);
      // Below the page that ended there; meanwhile it may have been read anew or filtered.
      this.page.change((now) =>
        now.next === next ? { items: [...now.items, ...page.items], next: page.next } : now,
      );
    });
  }

  /** True when the server agreed. */
  act(job: Job, what: "cancel" | "retry"): Promise<boolean> {
    return this.#try(async () => {
      const changed = await this.#http.post<Job | undefined>(`${PATH}/${job.id}/${what}`);
      if (changed?.id) this.heard(changed);
    });
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

  #fetch(cursor: string): Promise<Page> {
    return this.#http.get<Page>(PATH, { ...this.filter.value, limit: PAGE, cursor });
  }
}

/** The list after news of one job: changed in its place, new at the top, gone when it left the filter. */
export function merged(items: Job[], job: Job, { state, kind }: Filter): Job[] {
  const fits = (!state || job.state === state) && (!kind || job.kind === kind);
  const known = items.some(({ id }) => id === job.id);
  if (!fits) return items.filter(({ id }) => id !== job.id);
  if (known) return items.map((item) => (item.id === job.id ? job : item));
  return [job, ...items].slice(0, MOST);
}
