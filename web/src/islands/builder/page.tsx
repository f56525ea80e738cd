/** The builder of a course: chapters beside the library, saved by itself, published as a step. */
import { render, type VNode } from "preact";
import { connect } from "../../live.ts";
import type { OutlineNode } from "../../protocol/outline.ts";
import { toast } from "../../shell/toast.ts";
import { t } from "../../text.ts";
import { When } from "../../when.ts";
import { Preview } from "../library/details.tsx";
import { Sender } from "../library/sending.ts";
import { Library } from "../library/store.ts";
import { Modal } from "../modal.tsx";
import { Boundary, Button, Empty, Failure, Icon, IconButton, SkeletonRows } from "../parts.tsx";
import { Chapters, removed } from "./chapters.tsx";
import { Editing } from "./editing.ts";
import { Shelf } from "./shelf.tsx";
import { Builder } from "./store.ts";

interface Parts {
  builder: Builder;
  editing: Editing;
  library: Library;
  sender: Sender;
  title: string;
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
  builder.listen(connect(), course);
  void builder.load();
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
  const { builder, editing } = parts;
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
      {editing.asStudent.value ? <AsStudent editing={editing} /> : <Workbench {...parts} />}
      <Dialogs {...parts} />
      <p class="visually-hidden" role="status" aria-live="polite">
        {builder.said.value}
      </p>
    </>
  );
}

function Bar({ builder, editing, title, when }: Parts): VNode {
  const publish = async () => {
    if (await builder.publish()) toast(t("builder.published"));
  };
  return (
    <header class="builder-bar">
      <h1 class="clip">{title}</h1>
      <Saved builder={builder} when={when} />
      <div class="push builder-actions">
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
        <Button
          icon="eye"
          onClick={() => {
            editing.asStudent.value = !editing.asStudent.value;
          }}
        >
          {editing.asStudent.value ? t("builder.edit") : t("builder.asStudent")}
        </Button>
        <Button kind="primary" onClick={() => void publish()}>
          {builder.unpublished.value > 0
            ? t("builder.publish", { count: builder.unpublished.value })
            : t("builder.publishAgain")}
        </Button>
      </div>
    </header>
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

function Workbench({ editing, library, sender }: Parts): VNode {
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
        <Chapters editing={editing} sender={sender} />
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

function AsStudent({ editing }: { editing: Editing }): VNode {
  return (
    <section class="stack" aria-label={t("builder.asStudent")}>
      {editing.chapters.map(({ node, items }) => (
        <section key={node.id} class="card card-pad stack">
          <h2>{node.title}</h2>
          {items.map((item) => (
            <article key={item.id} class="stack stack-tight">
              <h3>{item.title}</h3>
              <Shown node={item} />
            </article>
          ))}
        </section>
      ))}
    </section>
  );
}

function Shown({ node }: { node: OutlineNode }): VNode | null {
  if (node.kind === "page") return <p class="page-text">{node.body}</p>;
  if (node.kind === "link") {
    return (
      <a class="button button-soft" href={node.link} rel="noopener noreferrer" target="_blank">
        <Icon name="link" />
        {t("library.open")}
      </a>
    );
  }
  return node.media ? (
    <>
      <Preview media={node.media} />
      {node.media.file && <a href={`${node.media.file}?download=true`}>{t("library.download")}</a>}
    </>
  ) : null;
}

function Dialogs({ builder, editing }: Parts): VNode | null {
  const conflict = builder.conflict.value;
  if (conflict) {
    return (
      <Modal title={t("builder.conflictTitle", { by: conflict.by })}>
        <dl class="facts">
          <dt>{t("builder.yours")}</dt>
          <dd>{String(conflict.yours)}</dd>
          <dt>{t("builder.theirs", { by: conflict.by })}</dt>
          <dd>{String(conflict.theirs)}</dd>
        </dl>
        <div class="row row-end">
          <Button onClick={() => builder.settle(false)}>{t("builder.keepTheirs")}</Button>
          <Button kind="primary" onClick={() => builder.settle(true)}>
            {t("builder.keepYours")}
          </Button>
        </div>
      </Modal>
    );
  }
  const looking = editing.looking.value;
  const close = () => {
    editing.looking.value = "";
  };
  if (looking.startsWith("link:"))
    return <LinkDialog editing={editing} parent={looking.slice(5)} close={close} />;
  const node = builder.nodes.value.get(looking);
  return node ? <Look node={node} editing={editing} close={close} /> : null;
}

interface LookProps {
  node: OutlineNode;
  editing: Editing;
  close: () => void;
}

function Look({ node, editing, close }: LookProps): VNode {
  return (
    <Modal title={node.title} wide onClose={close}>
      {node.kind === "page" ? (
        <label class="field">
          <span class="field-label">{t("builder.text")}</span>
          <span class="input">
            <textarea
              rows={12}
              maxLength={100_000}
              defaultValue={node.body}
              onChange={({ currentTarget }) =>
                editing.builder.do([
                  { do: "set", id: node.id, field: "body", value: currentTarget.value },
                ])
              }
            />
          </span>
        </label>
      ) : (
        <Shown node={node} />
      )}
      <div class="row row-end">
        <Button onClick={close}>{t("dialog.close")}</Button>
      </div>
    </Modal>
  );
}

function LinkDialog({
  editing,
  parent,
  close,
}: {
  editing: Editing;
  parent: string;
  close: () => void;
}): VNode {
  return (
    <Modal title={t("builder.newLink")} onClose={close}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          editing.addLink(parent, String(new FormData(event.currentTarget).get("link")));
          close();
        }}
      >
        <label class="field">
          <span class="field-label">{t("builder.address")}</span>
          <span class="input">
            <input type="url" name="link" required maxLength={2000} pattern="https?://.+" />
          </span>
        </label>
        <div class="row row-end">
          <Button onClick={close}>{t("builder.cancel")}</Button>
          <Button kind="primary" type="submit">
            {t("builder.addIt")}
          </Button>
        </div>
      </form>
    </Modal>
  );
}
