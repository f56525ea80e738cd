/** The chapters, and what stands in them: dragged, moved by keys, named in place, chosen. */
import type { VNode } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type SortableList from "sortablejs";
import { lasts } from "../../protocol/library.ts";
import type { Chapter, OutlineNode } from "../../protocol/outline.ts";
import { toast } from "../../shell/toast.ts";
import { t } from "../../text.ts";
import type { When } from "../../when.ts";
import { ICONS, StateMark } from "../library/card.tsx";
import type { Sender } from "../library/sending.ts";
import { Badge, Icon, IconButton } from "../parts.tsx";
import { draggable } from "./dragging.ts";
import type { Editing } from "./editing.ts";

interface Props {
  editing: Editing;
  sender: Sender;
  when: When;
}

const NODE_ICONS: Record<OutlineNode["kind"], string> = {
  chapter: "folder",
  class: "video",
  recording: "clapperboard",
  media: "film",
  page: "file-text",
  link: "link",
};

export function Chapters({ editing, sender, when }: Props): VNode {
  const list = useRef<HTMLOListElement>(null);
  useSortable(list, editing, null);
  const words = editing.words.value.toLowerCase();
  const found = (node: OutlineNode) => node.title.toLowerCase().includes(words);
  const chapters = editing.chapters
    .map(({ node, items }) => ({ node, items: found(node) ? items : items.filter(found) }))
    .filter(({ node, items }) => !words || found(node) || items.length > 0);
  return (
    <ol ref={list} class="outline-chapters" data-row="">
      {chapters.map((chapter, at) => (
        <ChapterCard
          key={chapter.node.id}
          chapter={chapter}
          number={at + 1}
          editing={editing}
          sender={sender}
          when={when}
        />
      ))}
    </ol>
  );
}

/** The page draws what the server says: a drag is taken back where it was, then asked for. */
function useSortable(
  list: { current: HTMLOListElement | null },
  editing: Editing,
  parent: string | null,
): void {
  useEffect(() => {
    const element = list.current;
    if (!element) return;
    const options: SortableList.Options = {
      group: parent === null ? "chapters" : { name: "items", put: ["items", "library"] },
      handle: ".grip",
      animation: 120,
      draggable: parent === null ? ".outline-chapter" : ".item",
      onEnd: ({ item, from, to, oldDraggableIndex = 0, newDraggableIndex = 0 }) => {
        const home = [...from.children].filter((one) => one !== item);
        from.insertBefore(item, home[oldDraggableIndex] ?? null);
        const row = to.dataset["row"] || null;
        if (from !== to || oldDraggableIndex !== newDraggableIndex) {
          editing.drop(item.dataset["id"] ?? "", row, newDraggableIndex);
        }
      },
      onAdd: ({ item, newDraggableIndex = 0, from }) => {
        const media = item.dataset["media"];
        if (!media || !parent) return;
        item.remove();
        from.dispatchEvent(new CustomEvent("returned"));
        const row = editing.chapters.find(({ node }) => node.id === parent)?.items ?? [];
        const title = item.dataset["title"] ?? "";
        editing.addMedia({ id: media, title }, parent, row[newDraggableIndex - 1]?.id ?? "");
      },
    };
    return draggable(element, options);
  }, [list, editing, parent]);
}

interface ChapterProps extends Props {
  chapter: Chapter;
  number: number;
}

function ChapterCard({ chapter, number, editing, sender, when }: ChapterProps): VNode {
  const { node, items } = chapter;
  const list = useRef<HTMLOListElement>(null);
  const input = useRef<HTMLInputElement>(null);
  useSortable(list, editing, node.id);
  return (
    <li
      class="card outline-chapter"
      data-id={node.id}
      onDragOver={(event) => event.dataTransfer?.types.includes("Files") && event.preventDefault()}
      onDrop={(event) => {
        if (!event.dataTransfer?.files.length) return;
        event.preventDefault();
        event.stopPropagation();
        sender.add(event.dataTransfer.files, node.id);
      }}
    >
      <div class="chapter-head">
        <Grip node={node} editing={editing} />
        <span class="chapter-number">{number}</span>
        <Name node={node} editing={editing} />
        <span class="small quiet push">
          {items.length === 1 ? t("builder.item") : t("builder.items", { count: items.length })}
        </span>
        <input
          ref={input}
          type="file"
          multiple
          hidden
          onChange={({ currentTarget }) => {
            sender.add(currentTarget.files ?? [], node.id);
            currentTarget.value = "";
          }}
        />
        <AddMenu node={node} editing={editing} upload={() => input.current?.click()} />
        <IconButton
          icon="trash-2"
          name={t("builder.deleteOf", { title: node.title })}
          onClick={() => removed(editing, [node])}
        />
      </div>
      <ol ref={list} class="items" data-row={node.id} aria-label={node.title}>
        {items.map((item) => (
          <Item key={item.id} node={item} editing={editing} when={when} />
        ))}
      </ol>
    </li>
  );
}

interface AddProps {
  node: OutlineNode;
  editing: Editing;
  upload: () => void;
}

/** What can stand in a chapter. */
function AddMenu({ node, editing, upload }: AddProps): VNode {
  const menu = `add-${node.id}`;
  const name = t("builder.addTo", { title: node.title });
  const ways: [icon: string, text: string, how: () => void][] = [
    ["upload", t("builder.addFiles"), upload],
    ["video", t("builder.addClass"), () => (editing.looking.value = `class:${node.id}`)],
    ["file-text", t("builder.addPage"), () => editing.addPage(node.id)],
    ["link", t("builder.addLink"), () => (editing.looking.value = `link:${node.id}`)],
  ];
  return (
    <>
      <button
        type="button"
        class="button button-ghost button-icon"
        aria-label={name}
        data-tip={name}
        data-menu="end"
        popovertarget={menu}
      >
        <Icon name="plus" />
      </button>
      <div class="menu" id={menu} popover="auto">
        {ways.map(([icon, text, how]) => (
          <button
            key={icon}
            type="button"
            class="menu-item"
            onClick={() => {
              document.getElementById(menu)?.hidePopover();
              how();
            }}
          >
            <Icon name={icon} />
            {text}
          </button>
        ))}
      </div>
    </>
  );
}

export function removed(editing: Editing, nodes: readonly OutlineNode[]): void {
  const count = editing.remove(nodes.map(({ id }) => id));
  const [first] = nodes;
  const said =
    count === 1 && first
      ? t("builder.deleted", { title: first.title })
      : t("builder.deletedMany", { count });
  toast(said, () => void editing.builder.back("undo", t("builder.undone")));
}

function Facts({ node, editing, when }: ItemProps): VNode {
  const { builder } = editing;
  const planned = builder.classes.value.get(node.class_id ?? "");
  const writer = builder.others.value.find((one) => one.node === node.id);
  return (
    <span class="item-facts small quiet">
      {writer && <Badge text={t("builder.writes", { name: writer.name })} tone="violet" />}
      {node.optional && <Badge text={t("builder.optional")} />}
      {planned && planned.recordings.length > 0 && (
        <Badge text={t("builder.filmed")} tone="violet" />
      )}
      {planned?.cancelled && <Badge text={t("course.cancelled")} />}
      {planned && when.full(planned.starts_at).replace(/:00$/, "")}
      {node.media && <StateMark media={node.media} />}
      {node.media?.deleted && t("builder.fileGone")}
      {node.media?.seconds ? lasts(node.media.seconds) : ""}
    </span>
  );
}

interface ItemProps {
  node: OutlineNode;
  editing: Editing;
  when: When;
}

function Item({ node, editing, when }: ItemProps): VNode {
  const chosen = editing.chosen.value.has(node.id);
  const icon = node.kind === "media" && node.media ? ICONS[node.media.kind] : NODE_ICONS[node.kind];
  return (
    <li class={`item${chosen ? " item-chosen" : ""}`} data-id={node.id}>
      <Grip node={node} editing={editing} />
      <input
        type="checkbox"
        aria-label={t("builder.choose", { title: node.title })}
        checked={chosen}
        onChange={({ currentTarget }) => editing.choose(node.id, currentTarget.checked)}
      />
      <span class={`item-icon item-icon-${node.kind}`}>
        <Icon name={icon} />
      </span>
      <Name node={node} editing={editing} />
      <Facts node={node} editing={editing} when={when} />
      <IconButton
        icon={node.kind === "page" ? "pencil" : "eye"}
        name={t("builder.lookAt", { title: node.title })}
        onClick={() => (editing.looking.value = node.id)}
      />
      <IconButton
        icon="trash-2"
        name={t("builder.deleteOf", { title: node.title })}
        onClick={() => removed(editing, [node])}
      />
    </li>
  );
}

/** What the mouse drags, and where keys move it. */
function Grip({ node, editing }: { node: OutlineNode; editing: Editing }): VNode {
  return (
    <button
      type="button"
      class="grip"
      data-grip={node.id}
      aria-label={t("builder.move", { title: node.title })}
      aria-keyshortcuts="Alt+ArrowUp Alt+ArrowDown"
      data-tip={t("builder.moveHint")}
      onKeyDown={(event) => {
        const by = event.key === "ArrowUp" ? -1 : event.key === "ArrowDown" ? 1 : 0;
        if (by !== 0) {
          event.preventDefault();
          editing.nudge(node.id, by);
          refocus(node.id);
        } else if (event.key === "Delete") {
          removed(editing, [node]);
        }
      }}
    >
      <Icon name="grip-vertical" />
    </button>
  );
}

/** Moved to another list it is drawn anew: whoever pressed a key stays with it. */
function refocus(id: string): void {
  requestAnimationFrame(() => {
    document.querySelector<HTMLElement>(`[data-grip="${CSS.escape(id)}"]`)?.focus();
  });
}

function Name({ node, editing }: { node: OutlineNode; editing: Editing }): VNode {
  const input = useRef<HTMLInputElement>(null);
  const naming = editing.naming.value === node.id;
  useEffect(() => {
    if (naming) input.current?.select();
  }, [naming]);
  if (!naming) {
    return (
      <button
        type="button"
        class="item-name clip"
        data-tip={t("builder.renameHint")}
        onClick={() => {
          editing.name(node.id);
        }}
      >
        {node.title}
      </button>
    );
  }
  return (
    <span class="input grow">
      <input
        ref={input}
        type="text"
        aria-label={t("builder.nameOf", { title: node.title })}
        maxLength={200}
        defaultValue={node.title}
        onBlur={({ currentTarget }) => editing.rename(node, currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === "Enter") event.currentTarget.blur();
          if (event.key === "Escape") {
            event.currentTarget.value = node.title;
            event.currentTarget.blur();
          }
        }}
      />
    </span>
  );
}
