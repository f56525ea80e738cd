/** Beside the pictures: what was written, asked and shown, at its moment; and the chapters. */
import type { VNode } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { t } from "../../text.ts";
import { Avatar } from "../avatar.tsx";
import { Empty, Icon } from "../parts.tsx";
import { pieces as linked } from "../room/links.ts";
import { ChapterForm } from "./chapter-form.tsx";
import { clock, minutes } from "./clock.ts";
import { keepInView } from "./in-view.ts";
import { GotLost } from "./insight.tsx";
import { within } from "./spans.ts";
import type { Tab, Theatre } from "./theatre.ts";
import { Transcript } from "./transcript.tsx";
import type { Asked, Hand, Said } from "./wire.ts";

const TABS: { tab: Tab; name: () => string }[] = [
  { tab: "lost", name: () => t("watch.lost") },
  { tab: "chat", name: () => t("watch.chat") },
  { tab: "chapters", name: () => t("watch.chapters") },
  { tab: "transcript", name: () => t("watch.transcript") },
];

/** What was said can be read where somebody wrote it down. */
function tabsOf(theatre: Theatre): typeof TABS {
  const written = theatre.captions.all.value.length > 0;
  const judged = theatre.insight.value !== undefined;
  return TABS.filter(({ tab }) => {
    if (tab === "lost") return judged;
    return tab !== "transcript" || written;
  });
}

function step(theatre: Theatre, way: 1 | -1): void {
  const tabs = tabsOf(theatre);
  const now = tabs.findIndex(({ tab }) => tab === theatre.tab.value);
  const next = tabs[(now + way + tabs.length) % tabs.length];
  if (next) theatre.tab.value = next.tab;
}

export function Side({ theatre }: { theatre: Theatre }): VNode {
  const { tab } = theatre;
  return (
    <aside class="watch-side" aria-label={t("watch.side")}>
      <div
        class="tabs"
        role="tablist"
        aria-label={t("watch.side")}
        onKeyDown={(event) => {
          if (event.key !== "ArrowRight" && event.key !== "ArrowLeft") return;
          event.stopPropagation();
          step(theatre, event.key === "ArrowRight" ? 1 : -1);
          document.getElementById(`watch-tab-${tab.value}`)?.focus();
        }}
      >
        {tabsOf(theatre).map((one) => (
          <button
            key={one.tab}
            type="button"
            role="tab"
            id={`watch-tab-${one.tab}`}
            aria-controls="watch-side"
            aria-selected={tab.value === one.tab}
            tabIndex={tab.value === one.tab ? 0 : -1}
            onClick={() => {
              tab.value = one.tab;
            }}
          >
            {one.name()}
          </button>
        ))}
      </div>
      <div
        class="watch-list"
        id="watch-side"
        role="tabpanel"
        aria-labelledby={`watch-tab-${tab.value}`}
      >
        {tab.value === "lost" && theatre.insight.value && (
          <GotLost theatre={theatre} insight={theatre.insight.value} />
        )}
        {tab.value === "chat" && <Talk theatre={theatre} />}
        {tab.value === "chapters" && <Chapters theatre={theatre} />}
        {tab.value === "transcript" && <Transcript theatre={theatre} />}
      </div>
      {follows(theatre) && (
        <label class="watch-follow">
          <Icon name="rotate-cw" kind="small" />
          {t("watch.follows")}
          <input
            class="switch"
            type="checkbox"
            role="switch"
            checked={theatre.follows.value}
            aria-checked={theatre.follows.value}
            onChange={({ currentTarget }) => {
              theatre.follows.value = currentTarget.checked;
            }}
          />
        </label>
      )}
    </aside>
  );
}

function follows({ tab, timeline }: Theatre): boolean {
  if (tab.value === "transcript") return true;
  return tab.value === "chat" && timeline.value.messages.length > 0;
}

type Thing =
  | { is: "said"; at: number; said: Said }
  | { is: "asked"; at: number; asked: Asked }
  | { is: "hand"; at: number; hand: Hand };

function things(theatre: Theatre): Thing[] {
  const { messages, polls, hands } = theatre.timeline.value;
  return [
    ...messages.map((said): Thing => ({ is: "said", at: said.at, said })),
    ...polls.map((asked): Thing => ({ is: "asked", at: asked.at, asked })),
    ...hands.map((hand): Thing => ({ is: "hand", at: hand.at, hand })),
  ].sort((a, b) => a.at - b.at);
}

function Talk({ theatre }: { theatre: Theatre }): VNode {
  const list = useRef<HTMLOListElement>(null);
  const all = things(theatre);
  const now = theatre.player.time.value;
  const current = all.findLastIndex(({ at }) => at <= now + 0.2);
  useEffect(() => {
    if (theatre.follows.value) keepInView(list.current, current);
  }, [current, theatre.follows.value]);
  if (all.length === 0) {
    const text = theatre.grows ? t("watch.quiet.sofar") : t("watch.quiet.text");
    return theatre.loaded.value ? (
      <Empty icon="message-square" title={t("watch.quiet.title")} text={text} />
    ) : (
      <div />
    );
  }
  return (
    <ol class="talk" ref={list}>
      {all.map((thing, n) => (
        <li
          key={n}
          class={`${n > current ? "talk-ahead" : ""}${n === current ? " talk-now" : ""}`}
          aria-current={n === current ? "true" : undefined}
        >
          <Entry thing={thing} theatre={theatre} />
        </li>
      ))}
    </ol>
  );
}

function Entry({ thing, theatre }: { thing: Thing; theatre: Theatre }): VNode {
  switch (thing.is) {
    case "said":
      return <Message said={thing.said} theatre={theatre} />;
    case "asked":
      return <Poll asked={thing.asked} theatre={theatre} />;
    default:
      return (
        <p class="talk-hand">
          <Icon name="hand" kind="small" />
          <span class="clip">{t("watch.handOf", { name: thing.hand.name })}</span>
          <Moment at={thing.at} theatre={theatre} />
        </p>
      );
  }
}

function Moment({ at, theatre }: { at: number; theatre: Theatre }): VNode {
  return (
    <button
      type="button"
      class="moment figures"
      aria-label={t("watch.goTo", { at: clock(at) })}
      onClick={() => theatre.player.seek(at)}
    >
      {clock(at)}
    </button>
  );
}

function Message({ said, theatre }: { said: Said; theatre: Theatre }): VNode {
  return (
    <>
      <Avatar id={said.person} name={said.name} url="" size="small" />
      <div class="grow">
        <p class="talk-head">
          <strong class="clip">{said.name}</strong>
          {said.host && <span class="talk-role">{t("room.role.host")}</span>}
          <Moment at={said.at} theatre={theatre} />
        </p>
        {said.answers && (
          <p class="talk-answers clip">{t("watch.answers", { name: said.answers })}</p>
        )}
        {said.text && (
          <p class="talk-words" dir="auto">
            {linked(said.text).map((piece) =>
              typeof piece === "string" ? (
                piece
              ) : (
                <a
                  key={piece.href}
                  href={piece.href}
                  target="_blank"
                  rel="noopener noreferrer nofollow ugc"
                >
                  {piece.text}
                </a>
              ),
            )}
          </p>
        )}
        {said.image && (
          <p class="talk-image">
            <Icon name="image" kind="small" />
            {t("watch.image")}
          </p>
        )}
      </div>
    </>
  );
}

function Poll({ asked, theatre }: { asked: Asked; theatre: Theatre }): VNode {
  const { counts, options, answered } = asked;
  return (
    <div class="talk-poll">
      <p class="talk-head">
        <span class="badge">
          <Icon name="vote" />
          {t("watch.legend.poll")}
        </span>
        <Moment at={asked.at} theatre={theatre} />
      </p>
      <strong>{asked.question}</strong>
      {counts &&
        options.map((option, n) => {
          const share = answered > 0 ? (counts[n] ?? 0) / answered : 0;
          const percent = Math.round(share * 100);
          return (
            <div class="talk-option" key={option}>
              <progress class="progress" max={1} value={share} aria-label={option} />
              <span class="figures">{t("watch.share", { option, percent })}</span>
            </div>
          );
        })}
      {!counts && <span class="tiny faint">{t("watch.answered", { count: answered })}</span>}
    </div>
  );
}

function Chapters({ theatre }: { theatre: Theatre }): VNode {
  const { chapters } = theatre.timeline.value;
  const length = theatre.player.length.value;
  return (
    <>
      {chapters.length === 0 && (
        <Empty
          icon="list-checks"
          title={t("watch.noChapters.title")}
          text={theatre.watched.host ? t("watch.noChapters.host") : t("watch.noChapters.text")}
        />
      )}
      <ol class="chapters">
        {chapters.map((chapter, n) => {
          const end = chapters[n + 1]?.at ?? Math.max(length, chapter.at);
          const share =
            within(theatre.seen.value, [chapter.at, end]) / Math.max(end - chapter.at, 1);
          return (
            <li
              key={chapter.at}
              aria-current={chapter === theatre.chapter.value ? "true" : undefined}
            >
              <Moment at={chapter.at} theatre={theatre} />
              <div class="grow">
                <button
                  type="button"
                  class="chapter-name"
                  onClick={() => theatre.player.seek(chapter.at)}
                >
                  {chapter.title}
                </button>
                <progress
                  class="progress progress-thin"
                  max={1}
                  value={Math.min(1, share)}
                  aria-label={t("watch.chapterSeen", { title: chapter.title })}
                />
              </div>
              <span class="small faint figures">
                {t("watch.minutes", { count: minutes(end - chapter.at) })}
              </span>
              {theatre.watched.host && (
                <button
                  type="button"
                  class="button button-ghost button-icon"
                  aria-label={t("watch.chapter.removeOf", { title: chapter.title })}
                  data-tip={t("watch.chapter.remove")}
                  onClick={() =>
                    void theatre.setChapters(chapters.filter((one) => one !== chapter))
                  }
                >
                  <Icon name="x" kind="small" />
                </button>
              )}
            </li>
          );
        })}
      </ol>
      {theatre.watched.host && <ChapterForm theatre={theatre} />}
    </>
  );
}
