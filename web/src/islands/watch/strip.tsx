/** The recording as time from left to right: who spoke, what one has seen, and what happened. */
import { useSignal } from "@preact/signals";
import type { VNode } from "preact";
import { useMemo, useRef } from "preact/hooks";
import { t } from "../../text.ts";
import { clock } from "./clock.ts";
import { pathOf } from "./film.ts";
import { LostCurve } from "./insight.tsx";
import { merged, type Span } from "./spans.ts";
import { tileAt } from "./storyboard.ts";
import type { Theatre } from "./theatre.ts";
import type { Chapter, Timeline } from "./wire.ts";

/** Bars of speech; as wide as a gap and a half on most screens. */
const BARS = 160;
const HEIGHT = 26;
/** Of pictures beside each other on a sheet. */
const COLUMNS = 5;

export function Strip({ theatre }: { theatre: Theatre }): VNode {
  const { player } = theatre;
  const bar = useRef<HTMLDivElement>(null);
  const hover = useSignal<number | undefined>(undefined);
  const length = Math.max(player.length.value, 0.1);
  const at = (event: PointerEvent | MouseEvent) => {
    const box = bar.current?.getBoundingClientRect();
    if (!box || box.width === 0) return 0;
    return (Math.max(0, Math.min(1, (event.clientX - box.left) / box.width)) || 0) * length;
  };
  return (
    <div class="strip">
      <div
        ref={bar}
        class="strip-bar"
        role="slider"
        tabIndex={0}
        aria-label={t("watch.place")}
        aria-valuemin={0}
        aria-valuemax={Math.round(length)}
        aria-valuenow={Math.round(player.time.value)}
        aria-valuetext={t("watch.placeOf", {
          at: clock(player.time.value),
          length: clock(length),
        })}
        onPointerDown={(event) => {
          if (event.button !== 0) return;
          event.currentTarget.setPointerCapture(event.pointerId);
          player.seek(at(event));
        }}
        onPointerMove={(event) => {
          hover.value = at(event);
          void theatre.illustrate();
          if (event.currentTarget.hasPointerCapture(event.pointerId)) player.seek(at(event));
        }}
        onPointerLeave={() => {
          hover.value = undefined;
        }}
      >
        <LostCurve theatre={theatre} length={length} />
        <Voices theatre={theatre} length={length} />
        <Bars theatre={theatre} length={length} />
        <Marks theatre={theatre} length={length} />
        <i class="strip-knob" style={{ left: percent(player.time.value, length) }} />
        {hover.value !== undefined && (
          <Preview theatre={theatre} at={hover.value} length={length} />
        )}
      </div>
      <Chapters theatre={theatre} length={length} />
    </div>
  );
}

function percent(seconds: number, length: number): string {
  return `${Math.max(0, Math.min(100, (seconds / length) * 100))}%`;
}

interface Part {
  theatre: Theatre;
  length: number;
}

interface Bucket {
  host: number;
  others: number;
}

/** How much of each stretch was spoken, by hosts and by the others. */
export function buckets(voices: Timeline["voices"], length: number, count = BARS): Bucket[] {
  const made = Array.from({ length: count }, (): Bucket => ({ host: 0, others: 0 }));
  const width = length / count;
  for (const [start, end, host] of voices) {
    const last = Math.min(count - 1, Math.floor(end / width));
    for (let n = Math.max(0, Math.floor(start / width)); n <= last; n += 1) {
      const bucket = made[n];
      const part = Math.min(end, (n + 1) * width) - Math.max(start, n * width);
      if (bucket && part > 0) bucket[host ? "host" : "others"] += part / width;
    }
  }
  return made;
}

/** The loudest of each stretch, 0 to 1. */
export function peaks(levels: readonly number[], count = BARS): number[] {
  const width = levels.length / count;
  return Array.from({ length: count }, (_, n) => {
    const first = Math.floor(n * width);
    const end = Math.max(first + 1, Math.floor((n + 1) * width));
    return Math.max(0, ...levels.slice(first, end)) / 100;
  });
}

/** As high as it was loud, where that is known; else as much as was spoken. */
function Voices({ theatre, length }: Part): VNode | null {
  const { voices } = theatre.timeline.value;
  const levels = theatre.loudness.value;
  const made = useMemo(() => buckets(voices, length), [voices, Math.round(length)]);
  const loud = useMemo(() => (levels.length > 0 ? peaks(levels) : undefined), [levels]);
  if (voices.length === 0 && !loud) return null;
  const now = (theatre.player.time.value / length) * BARS;
  return (
    <svg
      class="strip-voices"
      viewBox={`0 0 ${BARS * 5} ${HEIGHT}`}
      preserveAspectRatio="none"
      aria-hidden="true"
    >
      {made.map(({ host, others }, n) => {
        const height = Math.max(1.5, (loud?.[n] ?? Math.min(1, host + others)) * HEIGHT);
        const known = voices.length > 0 ? host + others : (loud?.[n] ?? 0);
        const kind = known < 0.02 ? "still" : host > 0 && host >= others ? "host" : "others";
        return (
          <rect
            key={n}
            class={`voice voice-${kind}${n > now ? " voice-ahead" : ""}`}
            x={n * 5}
            y={HEIGHT - height}
            width={3.4}
            height={height}
            rx={1}
          />
        );
      })}
    </svg>
  );
}

/** Chapters side by side; without any, one. */
export function pieces(chapters: readonly Chapter[], length: number): Span[] {
  const starts = merged(chapters.map(({ at }): Span => [at, at + 0.001])).map(([at]) => at);
  if ((starts[0] ?? 1) > 0) starts.unshift(0);
  return starts
    .map((start, n): Span => [start, starts[n + 1] ?? length])
    .filter(([start, end]) => end > start);
}

function Bars({ theatre, length }: Part): VNode {
  const now = theatre.player.time.value;
  const seen = theatre.seen.value;
  return (
    <div class="strip-track">
      {pieces(theatre.timeline.value.chapters, length).map(([start, end]) => (
        <span
          key={start}
          class="strip-piece"
          style={{
            left: percent(start, length),
            width: `calc(${percent(end - start, length)} - 3px)`,
          }}
        >
          {seen
            .map(([a, b]): Span => [Math.max(a, start), Math.min(b, end)])
            .filter(([a, b]) => b > a)
            .flatMap(([a, b]) => split([a, b], now))
            .map(([a, b]) => (
              <i
                key={`${a}`}
                class={a >= now ? "strip-seen strip-ahead" : "strip-seen"}
                style={{
                  left: percent(a - start, end - start),
                  width: percent(b - a, end - start),
                }}
              />
            ))}
        </span>
      ))}
    </div>
  );
}

function split([start, end]: Span, now: number): Span[] {
  return start < now && now < end
    ? [
        [start, now],
        [now, end],
      ]
    : [[start, end]];
}

/** Questions, polls and hands; each is also in the list beside. */
function Marks({ theatre, length }: Part): VNode {
  const { messages, polls, hands } = theatre.timeline.value;
  const asked = messages.filter(({ text, host }) => !host && text.includes("?"));
  return (
    <div class="strip-marks" aria-hidden="true">
      {asked.map(({ id, at, name, text }) => (
        <i
          key={id}
          class="mark mark-question"
          style={{ left: percent(at, length) }}
          title={`${name}: ${text}`}
        />
      ))}
      {polls.map(({ id, at, question }) => (
        <i key={id} class="mark mark-poll" style={{ left: percent(at, length) }} title={question} />
      ))}
      {hands.map(({ at, name }, n) => (
        <i
          key={n}
          class="mark mark-hand"
          style={{ left: percent(at, length) }}
          title={t("watch.handOf", { name })}
        />
      ))}
    </div>
  );
}

function Preview({ theatre, at, length }: Part & { at: number }): VNode {
  const chapter = theatre.timeline.value.chapters.findLast((one) => one.at <= at);
  const tile = tileAt(theatre.tiles.value, at);
  return (
    <span class="strip-preview" style={{ left: percent(at, length) }} aria-hidden="true">
      {tile && (
        <i
          class="strip-tile"
          style={{
            width: `${tile.width / 1.5}px`,
            height: `${tile.height / 1.5}px`,
            backgroundImage: `url(${pathOf(theatre.watched)}/${tile.sheet})`,
            backgroundPosition: `-${tile.x / 1.5}px -${tile.y / 1.5}px`,
            backgroundSize: `${(tile.width * COLUMNS) / 1.5}px auto`,
          }}
        />
      )}
      {chapter && <b class="clip">{chapter.title}</b>}
      {clock(at)}
    </span>
  );
}

function Chapters({ theatre, length }: Part): VNode | null {
  const { chapters } = theatre.timeline.value;
  if (chapters.length === 0) return null;
  const now = theatre.chapter.value;
  return (
    <div class="strip-chapters">
      {chapters.map((chapter, n) => {
        const end = chapters[n + 1]?.at ?? length;
        return (
          <button
            key={chapter.at}
            type="button"
            class="clip"
            aria-current={chapter === now ? "true" : undefined}
            style={{
              width: percent(end - chapter.at, length),
              marginLeft: n === 0 ? percent(chapter.at, length) : undefined,
            }}
            onClick={() => theatre.player.seek(chapter.at)}
          >
            {chapter.title}
          </button>
        );
      })}
    </div>
  );
}
