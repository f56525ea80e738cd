/** The library beside the chapters: searched, dragged into them, or added by a button. */
import type { VNode } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { t } from "../../text.ts";
import { Picture, StateMark } from "../library/card.tsx";
import type { Sender } from "../library/sending.ts";
import type { Library } from "../library/store.ts";
import { Uploads } from "../library/uploads.tsx";
import { Button, Failure, Icon, IconButton } from "../parts.tsx";
import { draggable } from "./dragging.ts";
import type { Editing } from "./editing.ts";

interface Props {
  library: Library;
  editing: Editing;
  sender: Sender;
}

export function Shelf({ library, editing, sender }: Props): VNode {
  const input = useRef<HTMLInputElement>(null);
  const { q, unused } = library.filter.value;
  const show = (change: Partial<typeof library.filter.value>) =>
    library.show({ ...library.filter.value, ...change });
  return (
    <aside class="shelf" aria-label={t("library.title")}>
      <div class="shelf-head">
        <h2>{t("library.title")}</h2>
        <Button icon="upload" size="small" onClick={() => input.current?.click()}>
          {t("library.upload")}
        </Button>
        <input
          ref={input}
          type="file"
          multiple
          hidden
          onChange={({ currentTarget }) => {
            sender.add(currentTarget.files ?? []);
            currentTarget.value = "";
          }}
        />
      </div>
      <div class="input">
        <Icon name="search" />
        <input
          type="search"
          aria-label={t("library.search")}
          placeholder={t("library.search")}
          value={q}
          onInput={({ currentTarget }) => show({ q: currentTarget.value })}
        />
      </div>
      <label class="choice">
        <input
          type="checkbox"
          checked={unused}
          onChange={({ currentTarget }) => show({ unused: currentTarget.checked })}
        />
        <span>{t("library.unused")}</span>
      </label>
      <Uploads sender={sender} onChange={() => void library.refresh()} />
      <Items library={library} editing={editing} />
    </aside>
  );
}

function Items({ library, editing }: Omit<Props, "sender">): VNode {
  const list = useRef<HTMLUListElement>(null);
  const state = library.page.state.value;
  const { items, next } = state.is === "ready" ? state.value : { items: [], next: null };
  useEffect(() => {
    if (!list.current) return;
    return draggable(list.current, {
      group: { name: "library", pull: "clone", put: false },
      sort: false,
      draggable: ".shelf-item",
    });
  }, []);
  // The list itself stays: things are dragged out of it, whatever is in it.
  return (
    <>
      {state.is === "failed" && (
        <Failure error={state.error} again={() => void library.page.reload()} />
      )}
      {state.is === "ready" && items.length === 0 && (
        <p class="small quiet" role="status">
          {library.filter.value.q || library.filter.value.unused
            ? t("library.filtered.title")
            : t("library.empty.title")}
        </p>
      )}
      <ul ref={list} class="shelf-items">
        {items.map((media) => (
          <li key={media.id} class="shelf-item" data-media={media.id} data-title={media.title}>
            <Picture media={media} />
            <strong class="small clip">{media.title}</strong>
            <div class="media-marks">
              <StateMark media={media} />
              <IconButton
                icon="plus"
                name={t("builder.add", { title: media.title })}
                onClick={() => editing.addMedia(media)}
              />
            </div>
          </li>
        ))}
      </ul>
      {next && (
        <Button size="small" kind="secondary" onClick={() => void library.more()}>
          {t("library.more")}
        </Button>
      )}
    </>
  );
}
