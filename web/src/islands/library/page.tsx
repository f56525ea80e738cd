/** The files of the library: search, filters, a grid, details beside it, and uploads below. */
import { render, type VNode } from "preact";
import { useRef } from "preact/hooks";
import type { MediaKind } from "../../protocol/library.ts";
import { t } from "../../text.ts";
import { When } from "../../when.ts";
import { Boundary, Button, Empty, Failure, Icon, SkeletonRows } from "../parts.tsx";
import { KINDS, MediaCard } from "./card.tsx";
import { Details } from "./details.tsx";
import { Sender } from "./sending.ts";
import { type Filter, Library } from "./store.ts";
import { Uploads } from "./uploads.tsx";

export function mount(element: HTMLElement): void {
  const library = new Library(fromAddress());
  const sender = new Sender({
    onBegun: () => void library.refresh(),
    onDone: () => void library.refresh(),
  });
  void library.refresh();
  void sender.lookForUnfinished().catch(() => undefined);
  addEventListener("popstate", () => library.show(fromAddress()));
  takeDrops(sender);
  element.replaceChildren();
  render(
    <Boundary source="library">
      <Page library={library} sender={sender} when={new When(element.dataset["zone"] ?? "UTC")} />
    </Boundary>,
    element,
  );
}

/** Anywhere on the page. */
function takeDrops(sender: Sender): void {
  addEventListener("dragover", (event) => event.preventDefault());
  addEventListener("drop", (event) => {
    event.preventDefault();
    sender.add(event.dataTransfer?.files ?? []);
  });
}

function fromAddress(): Filter {
  const query = new URLSearchParams(location.search);
  const kind = query.get("kind") ?? "";
  return {
    q: query.get("q") ?? "",
    kind: kind in KINDS ? (kind as MediaKind) : "",
    unused: query.get("unused") === "true",
  };
}

function choose(library: Library, change: Partial<Filter>): void {
  const filter = { ...library.filter.value, ...change };
  const query = new URLSearchParams();
  if (filter.q) query.set("q", filter.q);
  if (filter.kind) query.set("kind", filter.kind);
  if (filter.unused) query.set("unused", "true");
  history.replaceState(null, "", query.size > 0 ? `?${query}` : location.pathname);
  library.show(filter);
}

interface PageProps {
  library: Library;
  sender: Sender;
  when: When;
}

function Page({ library, sender, when }: PageProps): VNode {
  const input = useRef<HTMLInputElement>(null);
  const open = library.chosen.value;
  return (
    <div class="library">
      <Filters library={library} onUpload={() => input.current?.click()} />
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
      <Uploads sender={sender} onChange={() => void library.refresh()} />
      <Grid library={library} when={when} />
      {open && <Details media={open} library={library} when={when} />}
    </div>
  );
}

function Filters({ library, onUpload }: { library: Library; onUpload: () => void }): VNode {
  const { q, kind, unused } = library.filter.value;
  return (
    <div class="filters library-filters">
      <search class="input library-search">
        <Icon name="search" />
        <input
          type="search"
          aria-label={t("library.search")}
          placeholder={t("library.search")}
          value={q}
          onInput={({ currentTarget }) => choose(library, { q: currentTarget.value })}
        />
      </search>
      <div class="input">
        <select
          aria-label={t("library.kind")}
          value={kind}
          onChange={({ currentTarget }) =>
            choose(library, { kind: currentTarget.value as Filter["kind"] })
          }
        >
          <option value="">{t("library.kindAll")}</option>
          {Object.entries(KINDS).map(([value, text]) => (
            <option key={value} value={value}>
              {text}
            </option>
          ))}
        </select>
        <Icon name="chevron-down" />
      </div>
      <label class="choice">
        <input
          type="checkbox"
          checked={unused}
          onChange={({ currentTarget }) => choose(library, { unused: currentTarget.checked })}
        />
        <span>{t("library.unused")}</span>
      </label>
      <div class="push">
        <Button kind="primary" icon="upload" onClick={onUpload}>
          {t("library.upload")}
        </Button>
      </div>
    </div>
  );
}

function Grid({ library, when }: { library: Library; when: When }): VNode {
  const state = library.page.state.value;
  if (state.is === "loading") {
    return (
      <section class="card">
        <SkeletonRows count={5} />
      </section>
    );
  }
  if (state.is === "failed") {
    return <Failure error={state.error} again={() => void library.page.reload()} />;
  }
  const { items, next } = state.value;
  if (items.length === 0) return <Nothing filter={library.filter.value} />;
  return (
    <>
      <ul class="media-grid" aria-label={t("library.title")}>
        {items.map((media) => (
          <MediaCard
            key={media.id}
            media={media}
            when={when}
            onOpen={() => {
              library.problem.value = undefined;
              library.chosen.value = media;
            }}
          />
        ))}
      </ul>
      {next && (
        <div class="row row-end">
          <Button onClick={() => void library.more()}>{t("library.more")}</Button>
        </div>
      )}
    </>
  );
}

function Nothing({ filter }: { filter: Filter }): VNode {
  const filtered = filter.q || filter.kind || filter.unused;
  return (
    <section class="card">
      {filtered ? (
        <Empty
          icon="filter"
          title={t("library.filtered.title")}
          text={t("library.filtered.text")}
        />
      ) : (
        <Empty icon="upload" title={t("library.empty.title")} text={t("library.empty.text")} />
      )}
    </section>
  );
}
