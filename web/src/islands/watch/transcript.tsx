/** All that was said, to be read, searched and pressed: a press goes to that moment. */
import { useSignal } from "@preact/signals";
import type { VNode } from "preact";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { t } from "../../text.ts";
import { Empty, Icon } from "../parts.tsx";
import { nameOf } from "./captions.ts";
import { clock } from "./clock.ts";
import { type Cue, found, last } from "./cues.ts";
import { keepInView } from "./in-view.ts";
import type { Theatre } from "./theatre.ts";

/** Lines that are drawn at once; a class of an hour has about 1,000. */
const MOST = 3_000;

export function Transcript({ theatre }: { theatre: Theatre }): VNode {
  const { captions } = theatre;
  const words = useSignal("");
  const current = captions.current.value;
  useEffect(() => void captions.read(), [current]);
  const all = captions.said.value;
  const shown = useMemo(() => found(all, words.value).slice(0, MOST), [all, words.value]);
  const count = words.value.trim() ? t("watch.transcript.count", { count: shown.length }) : "";
  return (
    <>
      <div class="transcript-head">
        <div class="input">
          <Icon name="search" />
          <input
            type="search"
            aria-label={t("watch.transcript.search")}
            placeholder={t("watch.transcript.search")}
            value={words.value}
            onInput={({ currentTarget }) => {
              words.value = currentTarget.value;
            }}
          />
        </div>
        {captions.all.value.length > 1 && <Languages theatre={theatre} />}
      </div>
      <p class="visually-hidden" role="status">
        {count}
      </p>
      {shown.length > 0 ? (
        <Lines theatre={theatre} shown={shown} follows={!words.value.trim()} />
      ) : (
        !captions.loading.value && <Nothing failed={captions.failed.value} />
      )}
    </>
  );
}

function Nothing({ failed }: { failed: boolean }): VNode {
  return failed ? (
    <Empty
      icon="cloud-off"
      title={t("watch.transcript.failed.title")}
      text={t("watch.transcript.failed.text")}
    />
  ) : (
    <Empty
      icon="search"
      title={t("watch.transcript.none.title")}
      text={t("watch.transcript.none.text")}
    />
  );
}

function Languages({ theatre }: { theatre: Theatre }): VNode {
  const { captions } = theatre;
  const shown = captions.chosen.value;
  return (
    <div class="input transcript-language">
      <select
        aria-label={t("watch.captions.language")}
        value={captions.current.value?.language}
        onChange={({ currentTarget }) => captions.choose(currentTarget.value)}
      >
        {captions.all.value.map((one) => (
          <option key={one.language} value={one.language}>
            {nameOf(one)}
          </option>
        ))}
      </select>
      <Icon name="chevron-down" kind="small" />
      {shown === "" && <span class="visually-hidden">{t("watch.captions.turnsOn")}</span>}
    </div>
  );
}

interface LinesProps {
  theatre: Theatre;
  shown: readonly Cue[];
  follows: boolean;
}

/** The lines are drawn once; which one is said now is only marked. */
function Lines({ theatre, shown, follows }: LinesProps): VNode {
  const list = useRef<HTMLOListElement>(null);
  const now = last(shown, theatre.player.time.value + 0.1);
  const drawn = useMemo(
    () =>
      shown.map((cue) => (
        <li key={`${cue.start} ${cue.text}`}>
          <button type="button" onClick={() => theatre.player.seek(cue.start)}>
            <span class="moment figures">{clock(cue.start)}</span>
            <span dir="auto">{cue.text}</span>
          </button>
        </li>
      )),
    [shown],
  );
  useEffect(() => {
    const item = list.current?.children[now];
    item?.setAttribute("aria-current", "true");
    if (follows && theatre.follows.value) keepInView(list.current, now);
    return () => item?.removeAttribute("aria-current");
  }, [now, drawn, follows, theatre.follows.value]);
  return (
    <ol class="transcript" ref={list}>
      {drawn}
    </ol>
  );
}
