/** The builder of a course: chapters beside the library, saved by itself, published as a step. */
import { type FunctionComponent, render, type VNode } from "preact";
import { useEffect, useState } from "preact/hooks";
import { connect } from "../../live.ts";
import type { OutlineNode } from "../../protocol/outline.ts";
import { toast } from "../../shell/toast.ts";
import { t } from "../../text.ts";
import { When } from "../../when.ts";
import { Avatar } from "../avatar.tsx";
import { Sender } from "../library/sending.ts";
import { Library } from "../library/store.ts";
import { Boundary, Button, Empty, Failure, Icon, IconButton, SkeletonRows } from "../parts.tsx";
import { Chapters, removed } from "./chapters.tsx";
import type { DialogProps } from "./dialogs.tsx";
import { Editing } from "./editing.ts";
import { Shelf } from "./shelf.tsx";
import { Builder } from "./store.ts";

interface Parts {
  builder: Builder;
  editing: Editing;
  library: Library;
  sender: Sender;
  title: string;
  /** Nobody but the staff sees the course yet. */
  draft: boolean;
  when: When;
}

export function mount(element: HTMLElement): void {
  const course = element.dataset["course"] ?? "";
  const builder = new Builder(course);
  const editing = new Editing(builder);
  const library = new Library({ q: "", kind: "", unused: false });
  const sender = new Sender({
    course,
    // Its place is taken as soon as the first byte is on its way.
    onBegun: (sending, place) => {
      const title = sending.name.replace(/\.[^.]+$/, "") || sending.name;
      if (typeof place === "string") editing.addMedia({ id: sending.mediaId, title }, place);
    },
    onDone: () => {
      void library.refresh();
      void builder.load();
    },
  });
  builder.listen(connect());
  void builder.load();
  void builder.loadClasses();
  void library.refresh();
  void sender.lookForUnfinished().catch(() => undefined);
  keys(editing);
  element.replaceChildren();
  render(
    <Boundary source="builder">
      <Page
        builder={builder}
        editing={editing}
        library={library}
        sender={sender}
        title={element.dataset["title"] ?? ""}
        draft={element.dataset["state"] === "draft"}
        when={new When(element.dataset["zone"] ?? "UTC")}
      />
    </Boundary>,
    element,
  );
}

function keys(editing: Editing): void {
  addEventListener("keydown", (event) => {
    const typing =
      event.target instanceof HTMLElement &&
      event.target.matches("input:not([type=checkbox]), textarea, select");
    if (typing) return;
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "z") {
      event.preventDefault();
      if (event.shiftKey) void editing.builder.back("redo", t("builder.redone"));
      else void editing.builder.back("undo", t("builder.undone"));
    } else if (event.key === "/") {
      event.preventDefault();
      document.querySelector<HTMLElement>(".builder-search input")?.focus();
    } else if (event.key === "Escape") {
      editing.clear();
    }
  });
}

function Page(parts: Parts): VNode {
  const { builder } = parts;
  if (builder.problem.value !== undefined && !builder.loaded.value) {
    return <Failure error={builder.problem.value} again={() => void builder.load()} />;
  }
  if (!builder.loaded.value) {
    return (
      <section class="card">
        <SkeletonRows count={6} />
      </section>
    );
  }
  return (
    <>
      <Bar {...parts} />
      {builder.problem.value !== undefined && (
        <p class="banner banner-danger" role="alert">
          {builder.problem.value instanceof Error
            ? builder.problem.value.message
            : String(builder.problem.value)}
        </p>
      )}
      <Workbench {...parts} />
      <Dialogs {...parts} />
      <p class="visually-hidden" role="status" aria-live="polite">
        {builder.said.value}
      </p>
    </>
  );
}

function Bar({ builder, title, draft, when }: Parts): VNode {
  const publish = async () => {
    if (await builder.publish())
      toast(draft ? t("builder.publishedDraft") : t("builder.published"));
  };
  const course = `/courses/${builder.course}`;
  return (
    <header class="builder-bar">
      <a
        class="button button-ghost button-icon"
        href={course}
        aria-label={t("outline.back")}
        data-tip={t("outline.back")}
      >
        <Icon name="chevron-left" />
      </a>
      <h1 class="clip">{title}</h1>
      <Saved builder={builder} when={when} />
      <div class="push builder-actions">
        <Others builder={builder} />
        <IconButton
          icon="undo-2"
          name={t("builder.undo")}
          onClick={() => void builder.back("undo", t("builder.undone"))}
        />
        <IconButton
          icon="redo-2"
          name={t("builder.redo")}
          onClick={() => void builder.back("redo", t("builder.redone"))}
        />
        <a class="button button-secondary" href={`${course}?tab=content&preview=true`}>
          <Icon name="eye" />
          {t("builder.asStudent")}
        </a>
        <Button kind="primary" onClick={() => void publish()}>
          {builder.unpublished.value > 0
            ? t("builder.publish", { count: builder.unpublished.value })
            : t("builder.publishAgain")}
        </Button>
      </div>
    </header>
  );
}

function Others({ builder }: Pick<Parts, "builder">): VNode | null {
  const others = builder.others.value;
  if (others.length === 0) return null;
  const names = others.map(({ name }) => name).join(", ");
  return (
    <span
      class="builder-others"
      role="img"
      aria-label={t("builder.here", { names })}
      data-tip={names}
    >
      {others.slice(0, 4).map((one) => (
        <Avatar key={one.user_id} id={one.user_id} name={one.name} url="" size="small" />
      ))}
    </span>
  );
}

function Saved({ builder, when }: Pick<Parts, "builder" | "when">): VNode {
  const at = builder.savedAt.value;
  const words = {
    saved: at ? t("builder.savedAt", { time: when.clock(at) }) : t("builder.saved"),
    saving: t("builder.saving"),
    offline: t("builder.offline"),
    conflict: t("builder.conflict"),
  }[builder.state.value];
  const icon = {
    saved: "cloud-check",
    saving: "rotate-cw",
    offline: "cloud-off",
    conflict: "git-merge",
  }[builder.state.value];
  return (
    <span class={`builder-state builder-state-${builder.state.value}`} role="status">
      <Icon name={icon} kind="small" />
      {words}
    </span>
  );
}

function Workbench({ editing, library, sender, when }: Parts): VNode {
  const count = editing.chapters.reduce((all, { items }) => all + items.length, 0);
  return (
    <div class="builder">
      <section class="builder-main" aria-label={t("builder.chapters")}>
        <div class="filters">
          <div class="input builder-search">
            <Icon name="search" />
            <input
              type="search"
              aria-label={t("builder.find")}
              placeholder={t("builder.find")}
              value={editing.words.value}
              onInput={({ currentTarget }) => {
                editing.words.value = currentTarget.value;
              }}
            />
          </div>
          <span class="small quiet push">
            {t("builder.counts", { chapters: editing.chapters.length, items: count })}
          </span>
          <Button icon="plus" onClick={() => editing.addChapter()}>
            {t("builder.addChapter")}
          </Button>
        </div>
        {editing.chapters.length === 0 && (
          <section class="card">
            <Empty icon="folder" title={t("builder.empty.title")} text={t("builder.empty.text")} />
          </section>
        )}
        <Chapters editing={editing} sender={sender} when={when} />
        <Selection editing={editing} />
      </section>
      <Shelf library={library} editing={editing} sender={sender} />
    </div>
  );
}

function Selection({ editing }: { editing: Editing }): VNode | null {
  const chosen = editing.chosen.value;
  if (chosen.size === 0) return null;
  const nodes = [...chosen]
    .map((id) => editing.builder.nodes.value.get(id))
    .filter((node): node is OutlineNode => node !== undefined);
  return (
    <div class="selection" role="toolbar" aria-label={t("builder.selection")}>
      <span>{t("builder.chosen", { count: chosen.size })}</span>
      <select
        aria-label={t("builder.moveTo")}
        value=""
        onChange={({ currentTarget }) => editing.moveTo(chosen, currentTarget.value)}
      >
        <option value="">{t("builder.moveTo")}</option>
        {editing.chapters.map(({ node }) => (
          <option key={node.id} value={node.id}>
            {node.title}
          </option>
        ))}
      </select>
      <Button
        size="small"
        kind="ghost"
        onClick={() =>
          editing.setOptional(
            chosen,
            nodes.some(({ optional }) => !optional),
          )
        }
      >
        {nodes.some(({ optional }) => !optional)
          ? t("builder.makeOptional")
          : t("builder.makeRequired")}
      </Button>
      <Button
        kind="danger-quiet"
        size="small"
        icon="trash-2"
        onClick={() => removed(editing, nodes)}
      >
        {t("builder.delete")}
      </Button>
      <IconButton icon="x" name={t("builder.clear")} onClick={() => editing.clear()} />
    </div>
  );
}

/** What one looks at, or has to decide; its code comes with the first of them. */
function Dialogs({ builder, editing, when }: Parts): VNode | null {
  const wanted = builder.conflict.value !== undefined || editing.looking.value !== "";
  const [Open, setOpen] = useState<FunctionComponent<DialogProps> | undefined>();
  useEffect(() => {
    if (!wanted || Open) return;
    void import("./dialogs.tsx").then(({ Dialog }) => setOpen(() => Dialog));
  }, [wanted, Open]);
  return wanted && Open ? <Open builder={builder} editing={editing} when={when} /> : null;
}
