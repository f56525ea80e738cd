/** What the builder knows and does: at once on the page, then on the server, one after the other. */
import { computed, type Signal, signal } from "@preact/signals";
import {
  AT,
  CHANGED,
  type Chapter,
  chaptersOf,
  type Done,
  type Draft,
  type Editor,
  type Editors,
  guessed,
  type OutlineNode,
  type Planned,
  PRESENT,
  type Step,
  WATCH,
} from "../../protocol/outline.ts";
import { Refused, Unreachable } from "../../protocol/problem.ts";
import type { Live } from "../../protocol/socket.ts";
import { http } from "../../server.ts";

export type SaveState = "saved" | "saving" | "offline" | "conflict";

export interface Conflict {
  id: string;
  field: "title" | "body" | "link" | "optional";
  yours: string;
  theirs: string;
  by: string;
  /** The revision in which they wrote theirs. */
  rev: number;
}

interface Op {
  op_id: string;
  base: number;
  steps: Step[];
}

/** Classes of any time. */
const ALWAYS = "since=2000-01-01T00:00:00Z&until=2200-01-01T00:00:00Z";
const PAUSES = [1_000, 2_000, 4_000, 8_000, 15_000, 30_000];

export class Builder {
  readonly nodes: Signal<ReadonlyMap<string, OutlineNode>> = signal(new Map());
  readonly state: Signal<SaveState> = signal("saved");
  readonly savedAt: Signal<number | undefined> = signal(undefined);
  readonly loaded = signal(false);
  readonly problem: Signal<unknown> = signal(undefined);
  readonly conflict: Signal<Conflict | undefined> = signal(undefined);
  readonly unpublished = signal(0);
  readonly said = signal("");
  /** The classes of the course, in order of time. */
  readonly classes: Signal<ReadonlyMap<string, Planned>> = signal(new Map());
  /** Who else is here, without oneself. */
  readonly others: Signal<readonly Editor[]> = signal([]);
  readonly chapters = computed<Chapter[]>(() => chaptersOf(this.nodes.value.values()));
  readonly #path: string;
  readonly #kept: string;
  readonly #client = windowName();
  #rev = 0;
  #queue: Op[] = [];
  #later: (() => void)[] = [];
  #sending = false;
  #tries = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #live: Live | undefined;

  constructor(readonly course: string) {
    this.#path = `/api/v1/courses/${course}/outline`;
    this.#kept = `outline:${course}`;
    this.#queue = JSON.parse(localStorage.getItem(this.#kept) ?? "[]") as Op[];
    addEventListener("online", () => this.#soon(0));
    addEventListener("offline", () => void this.#look());
    addEventListener("beforeunload", (event) => {
      if (this.#queue.length > 0 && this.state.value !== "offline") event.preventDefault();
    });
  }

  listen(live: Live): void {
    const { course } = this;
    this.#live = live;
    live.on<Done>(CHANGED, (done) => {
      if (done.course_id === course) this.#heard(done);
    });
    const me = document.documentElement.dataset["user"];
    live.on<Editors>(PRESENT, ({ course_id, people }) => {
      if (course_id === course) this.others.value = people.filter((one) => one.user_id !== me);
    });
    // After a gap everything is read anew: what happened meanwhile was told to nobody here.
    live.watch(WATCH, { course }, () => void this.load());
  }

  /** The others see where I write. */
  writing(node: string | null): void {
    this.#live?.call(AT, { course: this.course, node }).catch(() => undefined);
  }

  async loadClasses(): Promise<void> {
    const path = `/api/v1/courses/${this.course}/sessions?${ALWAYS}&limit=500`;
    const found = await http.get<{ items: Planned[] }>(path).catch(() => undefined);
    if (found) this.classes.value = new Map(found.items.map((one) => [one.id, one]));
  }

  async load(): Promise<void> {
    try {
      const draft = await http.get<Draft>(`${this.#path}/draft`);
      this.#rev = draft.rev;
      this.unpublished.value = draft.unpublished;
      const nodes = new Map(draft.nodes.map((node) => [node.id, node]));
      this.nodes.value = this.#queue.reduce<ReadonlyMap<string, OutlineNode>>(
        (seen, { steps }) => guessed(seen, steps),
        nodes,
      );
      this.loaded.value = true;
      if (this.#queue.length > 0) this.#soon(0);
    } catch (error) {
      if (!this.loaded.value) this.problem.value = error;
    }
  }

  do(steps: Step[], said = "", seen = 0): void {
    if (steps.length === 0) return;
    this.nodes.value = guessed(this.nodes.value, steps);
    this.said.value = said;
    this.#queue.push({ op_id: crypto.randomUUID(), base: Math.max(this.#rev, seen), steps });
    this.#keep();
    this.#soon(0);
  }

  /** The server undoes the last thing that it knows: so what is on its way arrives before. */
  async back(how: "undo" | "redo", said: string): Promise<void> {
    if (this.#queue.length > 0) {
      this.#later.push(() => void this.back(how, said));
      return;
    }
    await this.#try(async () => {
      const body = { op_id: crypto.randomUUID(), client: this.#client };
      this.#heard(await http.post<Done>(`${this.#path}/${how}`, body));
      this.said.value = said;
    });
  }

  async publish(): Promise<boolean> {
    return this.#try(async () => {
      const draft = await http.post<Draft>(`${this.#path}/publish`);
      this.unpublished.value = draft.unpublished;
    });
  }

  /** Mine after all, or what the other one wrote. */
  settle(mine: boolean): void {
    const conflict = this.conflict.value;
    this.conflict.value = undefined;
    this.state.value = "saved";
    if (mine && conflict) {
      const { id, field, yours, rev } = conflict;
      // The news of theirs may still be on its way; they were shown all the same.
      this.do([{ do: "set", id, field, value: yours }], "", rev);
    } else {
      void this.load();
    }
  }

  async #try(how: () => Promise<void>): Promise<boolean> {
    this.problem.value = undefined;
    try {
      await how();
      return true;
    } catch (error) {
      this.#refused(error);
      return false;
    }
  }

  /** The browser has no network. The server may be reached all the same, as on this machine. */
  async #look(): Promise<void> {
    if (this.#queue.length > 0) return;
    clearTimeout(this.#timer);
    try {
      await http.get(`${this.#path}/draft`);
      if (this.state.value === "offline") this.state.value = "saved";
    } catch (error) {
      if (!(error instanceof Unreachable)) return;
      this.state.value = "offline";
      this.#timer = setTimeout(() => void this.#look(), PAUSES[2]);
    }
  }

  #soon(pause: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#send(), pause);
  }

  async #send(): Promise<void> {
    if (this.#sending || this.conflict.value) return;
    this.#sending = true;
    try {
      for (let op = this.#queue[0]; op; op = this.#queue[0]) {
        this.state.value = "saving";
        const done = await http.post<Done>(`${this.#path}/ops`, { ...op, client: this.#client });
        this.#queue.shift();
        this.#tries = 0;
        this.#keep();
        this.#heard(done);
        this.unpublished.value += 1;
      }
      this.state.value = "saved";
      this.savedAt.value = Date.now();
    } catch (error) {
      this.#stopped(error);
    } finally {
      this.#sending = false;
      if (this.#queue.length === 0) for (const go of this.#later.splice(0)) go();
    }
  }

  #stopped(error: unknown): void {
    if (error instanceof Unreachable || (error instanceof Refused && error.status >= 500)) {
      this.state.value = "offline";
      this.#soon(PAUSES[Math.min(this.#tries++, PAUSES.length - 1)] ?? 0);
      return;
    }
    // What is refused would be refused again; the rest goes on.
    this.#queue.shift();
    this.#keep();
    this.#refused(error);
    if (!this.conflict.value) void this.load();
  }

  #refused(error: unknown): void {
    if (error instanceof Refused && error.code === "outline_overwrites") {
      this.conflict.value = error.body as unknown as Conflict;
      this.state.value = "conflict";
      return;
    }
    this.state.value = "saved";
    this.problem.value = error;
  }

  #heard(done: Done): void {
    if (done.rev > this.#rev + 1) void this.load();
    if (done.rev < this.#rev && done.client !== this.#client) return;
    this.#rev = Math.max(this.#rev, done.rev);
    const nodes = new Map(this.nodes.value);
    for (const node of done.nodes) nodes.set(node.id, node);
    this.nodes.value = this.#queue.reduce<ReadonlyMap<string, OutlineNode>>(
      (seen, { steps }) => guessed(seen, steps),
      nodes,
    );
    if (done.client !== this.#client) this.unpublished.value += 1;
  }

  #keep(): void {
    if (this.#queue.length > 0) localStorage.setItem(this.#kept, JSON.stringify(this.#queue));
    else localStorage.removeItem(this.#kept);
  }
}

/** Of this window, also after a reload: what it did itself is no conflict for it. */
function windowName(): string {
  const name = sessionStorage.getItem("outline-window") ?? crypto.randomUUID();
  sessionStorage.setItem("outline-window", name);
  return name;
}
