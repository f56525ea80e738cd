/** The outline of a course, as the server tells it, and what can be done to it. */
import type { MediaKind, MediaState } from "./library.ts";

export const WATCH = "outline.watch";
export const CHANGED = "outline.changed";
export const AT = "outline.at";
export const PRESENT = "outline.present";

export interface NodeMedia {
  id: string;
  kind: MediaKind;
  title: string;
  state: MediaState;
  reason: string;
  seconds: number | null;
  bytes: number;
  link: string;
  file: string | null;
  poster: string | null;
  deleted: boolean;
}

export interface OutlineNode {
  id: string;
  kind: "chapter" | "class" | "recording" | "media" | "page" | "link";
  title: string;
  parent: string | null;
  rank: string;
  body: string;
  link: string;
  optional: boolean;
  media: NodeMedia | null;
  class_id: string | null;
  recording_id: string | null;
  deleted: boolean;
}

/** A class as it is planned. */
export interface Planned {
  id: string;
  title: string;
  section: string;
  starts_at: string;
  ends_at: string;
  cancelled: string | null;
  recordings: string[];
}

/** Who looks at the outline too, and what they write in. */
export interface Editor {
  user_id: string;
  name: string;
  node: string | null;
}

export interface Editors {
  course_id: string;
  people: Editor[];
}

export interface Draft {
  rev: number;
  published_rev: number | null;
  unpublished: number;
  nodes: OutlineNode[];
}

export interface Done {
  course_id: string;
  rev: number;
  client: string;
  rebased: boolean;
  nodes: OutlineNode[];
}

export interface Add {
  do: "add";
  id: string;
  kind: OutlineNode["kind"];
  title: string;
  parent?: string;
  after?: string;
  last?: boolean;
  body?: string;
  link?: string;
  media_id?: string;
  class_id?: string;
  recording_id?: string;
}

export type Step =
  | Add
  | { do: "move"; id: string; parent: string | null; after: string | null }
  | {
      do: "set";
      id: string;
      field: "title" | "body" | "link" | "optional";
      value: string | boolean;
    }
  | { do: "delete"; id: string }
  | { do: "restore"; id: string };

export interface Chapter {
  node: OutlineNode;
  items: OutlineNode[];
}

const byRank = (a: OutlineNode, b: OutlineNode): number =>
  a.rank === b.rank ? (a.id < b.id ? -1 : 1) : a.rank < b.rank ? -1 : 1;

/** The chapters in their order, each with what stands in it. */
export function chaptersOf(nodes: Iterable<OutlineNode>): Chapter[] {
  const there = [...nodes].filter(({ deleted }) => !deleted).sort(byRank);
  return there
    .filter(({ kind }) => kind === "chapter")
    .map((node) => ({ node, items: there.filter(({ parent }) => parent === node.id) }));
}

/** As the server will probably have it: a sign below all digits stands right behind another. */
export function guessed(
  nodes: ReadonlyMap<string, OutlineNode>,
  steps: readonly Step[],
): Map<string, OutlineNode> {
  const made = new Map(nodes);
  for (const step of steps) guess(made, step);
  return made;
}

function guess(nodes: Map<string, OutlineNode>, step: Step): void {
  const node = nodes.get(step.id);
  switch (step.do) {
    case "add":
      nodes.set(step.id, added(step, nodes));
      return;
    case "move":
      if (node) {
        const rank = `${step.after ? (nodes.get(step.after)?.rank ?? "~") : ""}!`;
        nodes.set(step.id, { ...node, parent: step.parent, rank });
      }
      return;
    case "set":
      if (node) nodes.set(step.id, { ...node, [step.field]: step.value });
      return;
    default:
      if (node) nodes.set(step.id, { ...node, deleted: step.do === "delete" });
  }
}

function added(step: Add, nodes: ReadonlyMap<string, OutlineNode>): OutlineNode {
  const rank = step.last ? "~" : `${step.after ? (nodes.get(step.after)?.rank ?? "~") : ""}!`;
  return {
    id: step.id,
    kind: step.kind,
    title: step.title,
    parent: step.parent ?? null,
    rank,
    body: step.body ?? "",
    link: step.link ?? "",
    optional: false,
    media: null,
    class_id: step.class_id ?? null,
    recording_id: step.recording_id ?? null,
    deleted: false,
  };
}
