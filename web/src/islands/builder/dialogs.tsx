/** The dialogs of the builder: what one looks at, adds, writes, and has to decide. */
import type { VNode } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";
import type { OutlineNode, Planned } from "../../protocol/outline.ts";
import { t } from "../../text.ts";
import type { When } from "../../when.ts";
import { Preview } from "../library/details.tsx";
import { Modal } from "../modal.tsx";
import { Badge, Button, Empty, Icon } from "../parts.tsx";
import type { Editing } from "./editing.ts";
import type { Builder, Conflict } from "./store.ts";

/** ms without a key until what was written is kept. */
const PAUSE = 1_500;

export interface DialogProps {
  builder: Builder;
  editing: Editing;
  when: When;
}

/** `looking` names what is open: an item, or what is to be added to a chapter. */
export function Dialog({ builder, editing, when }: DialogProps): VNode | null {
  const conflict = builder.conflict.value;
  if (conflict) return <Decision builder={builder} conflict={conflict} />;
  const close = () => {
    editing.looking.value = "";
  };
  const [what = "", parent = ""] = editing.looking.value.split(":");
  if (what === "link") return <NewLink editing={editing} parent={parent} close={close} />;
  if (what === "class") {
    return <NewClass editing={editing} parent={parent} close={close} when={when} />;
  }
  const node = builder.nodes.value.get(what);
  return node ? <Look node={node} editing={editing} close={close} when={when} /> : null;
}

function Decision({ builder, conflict }: { builder: Builder; conflict: Conflict }): VNode {
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

interface Within {
  editing: Editing;
  close: () => void;
}

function Look({ node, editing, close, when }: Within & { node: OutlineNode; when: When }): VNode {
  const { course } = editing.builder;
  return (
    <Modal title={node.title} wide onClose={close}>
      {node.kind === "page" ? (
        <Text node={node} editing={editing} />
      ) : (
        <Shown node={node} editing={editing} when={when} />
      )}
      <div class="row row-end">
        <a
          class="button button-secondary"
          href={`/courses/${course}/items/${node.id}?preview=true`}
          target="_blank"
          rel="noopener"
        >
          <Icon name="eye" />
          {t("builder.asStudent")}
        </a>
        <Button kind="primary" onClick={close}>
          {t("builder.finished")}
        </Button>
      </div>
    </Modal>
  );
}

/** Kept by itself when one pauses, and when one goes. */
function Text({ node, editing }: { node: OutlineNode; editing: Editing }): VNode {
  const id = useId();
  const area = useRef<HTMLTextAreaElement>(null);
  const known = useRef(node.body);
  useEffect(() => {
    const { builder } = editing;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const keep = () => {
      clearTimeout(timer);
      const value = area.current?.value ?? known.current;
      if (value === known.current) return;
      known.current = value;
      builder.do([{ do: "set", id: node.id, field: "body", value }]);
    };
    const later = () => {
      clearTimeout(timer);
      timer = setTimeout(keep, PAUSE);
    };
    const element = area.current;
    element?.addEventListener("input", later);
    element?.addEventListener("blur", keep);
    builder.writing(node.id);
    return () => {
      // The element is still here: a reference to it is not.
      if (element && element.value !== known.current) {
        builder.do([{ do: "set", id: node.id, field: "body", value: element.value }]);
      }
      clearTimeout(timer);
      builder.writing(null);
    };
  }, [editing, node.id]);
  return (
    <div class="field">
      <label class="field-label" for={id}>
        {t("builder.text")}
      </label>
      <span class="input">
        <textarea
          ref={area}
          id={id}
          rows={14}
          maxLength={100_000}
          defaultValue={node.body}
          aria-describedby={`${id}-hint`}
        />
      </span>
      <p class="field-hint" id={`${id}-hint`}>
        {t("builder.textHint")}
      </p>
    </div>
  );
}

function Shown({
  node,
  editing,
  when,
}: {
  node: OutlineNode;
  editing: Editing;
  when: When;
}): VNode | null {
  const planned = editing.builder.classes.value.get(node.class_id ?? "");
  if (planned) return <p>{when.full(planned.starts_at)}</p>;
  if (node.recording_id) {
    return (
      <a
        class="button button-soft"
        href={`/watch/${node.recording_id}`}
        target="_blank"
        rel="noopener"
      >
        <Icon name="play" />
        {t("builder.play")}
      </a>
    );
  }
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

function NewLink({ editing, parent, close }: Within & { parent: string }): VNode {
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

/** Those that are not in the outline yet; a class shows its recording by itself. */
function NewClass({
  editing,
  parent,
  close,
  when,
}: Within & { parent: string; when: When }): VNode {
  const { builder } = editing;
  const nodes = [...builder.nodes.value.values()].filter(({ deleted }) => !deleted);
  const placed = new Set(nodes.map(({ class_id }) => class_id));
  const filmed = new Set(nodes.map(({ recording_id }) => recording_id));
  const all = [...builder.classes.value.values()].filter(({ cancelled }) => !cancelled);
  const left = all.filter(({ id }) => !placed.has(id));
  const add = (classes: readonly Planned[]) => {
    editing.addClasses(classes, parent);
    if (classes.length === left.length) close();
  };
  return (
    <Modal title={t("builder.newClass")} wide onClose={close}>
      <p class="quiet">{t("builder.newClassText")}</p>
      <ul class="class-list">
        {all.map((one) => (
          <li key={one.id} class="row">
            <span class="grow">
              <strong>{one.title}</strong>
              <br />
              <span class="small quiet">{`${when.full(one.starts_at)} · ${one.section}`}</span>
            </span>
            {one.recordings.length > 0 && <Badge text={t("builder.filmed")} tone="violet" />}
            {one.recordings.some((id) => !filmed.has(id)) && (
              <Button
                size="small"
                kind="ghost"
                label={t("builder.addRecordingOf", {
                  title: one.title,
                  at: when.full(one.starts_at),
                })}
                onClick={() => editing.addRecording(one, parent)}
              >
                {t("builder.addRecording")}
              </Button>
            )}
            {placed.has(one.id) ? (
              <Badge text={t("builder.placed")} icon="check" />
            ) : (
              <Button
                size="small"
                kind="soft"
                label={t("builder.addClassOf", { title: one.title, at: when.full(one.starts_at) })}
                onClick={() => add([one])}
              >
                {t("builder.addIt")}
              </Button>
            )}
          </li>
        ))}
      </ul>
      {all.length === 0 && (
        <Empty
          icon="calendar-days"
          title={t("builder.noClasses.title")}
          text={t("builder.noClasses.text")}
        />
      )}
      <div class="row row-end">
        {left.length > 1 && (
          <Button onClick={() => add(left)}>{t("builder.addAll", { count: left.length })}</Button>
        )}
        <Button kind="primary" onClick={close}>
          {t("builder.finished")}
        </Button>
      </div>
    </Modal>
  );
}
