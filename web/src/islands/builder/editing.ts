/** What one has chosen, names and drags in the builder. */
import { type Signal, signal } from "@preact/signals";
import type { Media } from "../../protocol/library.ts";
import type { Chapter, OutlineNode, Planned, Step } from "../../protocol/outline.ts";
import { t } from "../../text.ts";
import type { Builder } from "./store.ts";

/** Steps of one change, at the most. */
const AT_ONCE = 200;

export class Editing {
  readonly builder: Builder;
  readonly chosen: Signal<ReadonlySet<string>> = signal(new Set());
  readonly naming: Signal<string> = signal("");
  readonly looking: Signal<string> = signal("");
  readonly words: Signal<string> = signal("");

  constructor(builder: Builder) {
    this.builder = builder;
  }

  get chapters(): Chapter[] {
    return this.builder.chapters.value;
  }

  /** Where somebody works: the chapter of what is chosen, or the last one. */
  get place(): string | undefined {
    const [first] = this.chosen.value;
    const node = first ? this.builder.nodes.value.get(first) : undefined;
    return node?.parent ?? this.chapters.at(-1)?.node.id;
  }

  choose(id: string, on: boolean): void {
    const chosen = new Set(this.chosen.value);
    if (on) chosen.add(id);
    else chosen.delete(id);
    this.chosen.value = chosen;
  }

  clear(): void {
    this.chosen.value = new Set();
  }

  addChapter(): void {
    const id = crypto.randomUUID();
    this.builder.do([
      { do: "add", id, kind: "chapter", title: t("builder.newChapter"), last: true },
    ]);
    this.name(id);
  }

  /** Several at once are one change, and one step back. */
  addClasses(classes: readonly Planned[], parent: string): void {
    const steps = classes.slice(0, AT_ONCE).map(
      (one): Step => ({
        do: "add",
        id: crypto.randomUUID(),
        kind: "class",
        title: one.title,
        class_id: one.id,
        parent,
        last: true,
      }),
    );
    const [first] = classes;
    const said = first ? t("builder.added", { title: first.title }) : "";
    this.builder.do(steps, said);
  }

  addRecording({ title, recordings }: Planned, parent: string): void {
    const add = recordings.map(
      (recording_id): Step => ({
        do: "add",
        id: crypto.randomUUID(),
        kind: "recording",
        title,
        recording_id,
        parent,
        last: true,
      }),
    );
    this.builder.do(add, t("builder.added", { title }));
  }

  setOptional(ids: Iterable<string>, value: boolean): void {
    this.builder.do([...ids].map((id): Step => ({ do: "set", id, field: "optional", value })));
    this.clear();
  }

  name(id: string): void {
    this.naming.value = id;
    this.builder.writing(id || null);
  }

  addPage(parent: string): void {
    const id = crypto.randomUUID();
    this.builder.do([
      { do: "add", id, kind: "page", title: t("builder.newPage"), parent, last: true },
    ]);
    this.name(id);
  }

  addLink(parent: string, link: string): void {
    const id = crypto.randomUUID();
    const title = new URL(link).hostname;
    this.builder.do([{ do: "add", id, kind: "link", title, link, parent, last: true }]);
    this.name(id);
  }

  addMedia(media: Pick<Media, "id" | "title">, parent = this.place, after?: string): void {
    if (!parent) return;
    const id = crypto.randomUUID();
    const where = after === undefined ? { last: true } : after ? { after } : {};
    this.builder.do(
      [{ do: "add", id, kind: "media", title: media.title, media_id: media.id, parent, ...where }],
      t("builder.added", { title: media.title }),
    );
  }

  rename(node: OutlineNode, title: string): void {
    this.name("");
    const value = title.trim();
    if (value && value !== node.title) {
      this.builder.do([{ do: "set", id: node.id, field: "title", value }]);
    }
  }

  remove(ids: Iterable<string>): number {
    const steps: Step[] = [...ids].map((id) => ({ do: "delete", id }));
    this.builder.do(steps);
    this.clear();
    return steps.length;
  }

  moveTo(ids: Iterable<string>, parent: string): void {
    let after = this.chapters.find(({ node }) => node.id === parent)?.items.at(-1)?.id ?? null;
    const steps: Step[] = [];
    for (const id of this.#inOrder(ids)) {
      if (id === after) continue;
      steps.push({ do: "move", id, parent, after });
      after = id;
    }
    this.builder.do(steps);
    this.clear();
  }

  #inOrder(ids: Iterable<string>): string[] {
    const wanted = new Set(ids);
    const all = this.chapters.flatMap(({ items }) => items.map(({ id }) => id));
    return all.filter((id) => wanted.has(id));
  }

  /** To a place in a row, as a drag ends: behind what stands there without it. */
  drop(id: string, parent: string | null, at: number): void {
    const row = parent
      ? (this.chapters.find(({ node }) => node.id === parent)?.items ?? [])
      : this.chapters.map(({ node }) => node);
    const others = row.filter((one) => one.id !== id);
    const after = others[at - 1];
    const title = this.builder.nodes.value.get(id)?.title ?? "";
    this.builder.do(
      [{ do: "move", id, parent, after: after?.id ?? null }],
      after
        ? t("builder.movedAfter", { title, after: after.title })
        : t("builder.movedFirst", { title }),
    );
  }

  /** By keys: up and down, over the edges of chapters too. */
  nudge(id: string, by: 1 | -1): void {
    const node = this.builder.nodes.value.get(id);
    if (!node) return;
    if (node.kind === "chapter") {
      const at = this.chapters.findIndex((one) => one.node.id === id) + by;
      if (at >= 0 && at < this.chapters.length) this.drop(id, null, at);
      return;
    }
    const chapter = this.chapters.findIndex((one) => one.node.id === node.parent);
    const items = this.chapters[chapter]?.items ?? [];
    const at = items.findIndex((one) => one.id === id) + by;
    if (at >= 0 && at < items.length) {
      this.drop(id, node.parent, at);
      return;
    }
    const next = this.chapters[chapter + by];
    if (next) this.drop(id, next.node.id, by > 0 ? 0 : next.items.length);
  }
}
