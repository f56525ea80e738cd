/** What came of a poll: bars with their figures, or texts; for hosts also who, where it is known. */
import { useSignal } from "@preact/signals";
import type { VNode } from "preact";
import { useEffect } from "preact/hooks";
import type { Poll, PollResults } from "../../protocol/talk-wire.ts";
import { t } from "../../text.ts";
import { Badge } from "../parts.tsx";
import type { Classroom } from "./classroom.ts";

export function letter(at: number): string {
  return String.fromCharCode(65 + at);
}

export function facts({ kind, anonymous }: Poll): string {
  const what = {
    single: t("polls.kind.single"),
    multiple: t("polls.kind.multiple"),
    text: t("polls.kind.text"),
  }[kind];
  return `${what} · ${anonymous ? t("polls.anonymous") : t("polls.named")}`;
}

export function Shared({ room, poll }: { room: Classroom; poll: Poll }): VNode {
  return (
    <section class="poll" data-poll={poll.id}>
      <p class="poll-head">
        <Badge text={t("polls.result")} />
        <span>{facts(poll)}</span>
      </p>
      <h3 class="poll-question">{poll.question}</h3>
      <Bars poll={poll} />
      {poll.kind === "text" && <Texts room={room} poll={poll} />}
    </section>
  );
}

export function Bars({ poll }: { poll: Poll }): VNode | null {
  const { counts, options } = poll;
  const answered = poll.answered ?? 0;
  if (!counts || options.length === 0) return null;
  const most = Math.max(...counts);
  return (
    <ul class="poll-bars">
      {options.map((option, at) => {
        const count = counts[at] ?? 0;
        const share = answered > 0 ? count / answered : 0;
        return (
          <li key={option} data-most={count === most && count > 0 ? "" : undefined}>
            <span class="poll-letter" aria-hidden="true">
              {letter(at)}
            </span>
            <span class="grow">{option}</span>
            <b class="figures">{count}</b>
            <span class="poll-share figures">{t("polls.share", { share: percent(share) })}</span>
            <span class="poll-bar" aria-hidden="true">
              <i style={{ inlineSize: `${share * 100}%` }} />
            </span>
          </li>
        );
      })}
    </ul>
  );
}

function percent(share: number): number {
  return Math.round(share * 100);
}

/** What follows quickly is asked for together. */
const GATHERED = 700;

function useResults(room: Classroom, poll: Poll): PollResults | undefined {
  const found = useSignal<PollResults | undefined>(undefined);
  const { id, answered, stage } = poll;
  useEffect(() => {
    const timer = setTimeout(
      async () => {
        found.value = await room.talk.results(poll).catch(() => found.peek());
      },
      found.peek() ? GATHERED : 0,
    );
    return () => clearTimeout(timer);
  }, [room, id, answered, stage]);
  return found.value;
}

export function Texts({ room, poll }: { room: Classroom; poll: Poll }): VNode | null {
  const found = useResults(room, poll);
  if (!found || found.answers.length === 0) return null;
  return (
    <ul class="poll-texts">
      {found.answers.map(({ name, text }, at) => (
        <li key={`${at} ${text}`}>
          <p dir="auto">{text}</p>
          {name && <span>{name}</span>}
        </li>
      ))}
    </ul>
  );
}

/** Of a poll with names, for hosts. */
export function Names({ room, poll }: { room: Classroom; poll: Poll }): VNode | null {
  const found = useResults(room, poll);
  if (!found || found.answers.length === 0) return null;
  return (
    <details class="poll-names">
      <summary>{t("polls.who")}</summary>
      <ul>
        {found.answers.map(({ name, choices }) => (
          <li key={name}>
            <span class="clip">{name}</span>
            <b>{choices.map(letter).join(", ")}</b>
          </li>
        ))}
      </ul>
    </details>
  );
}

export function Elapsed({ poll }: { poll: Poll }): VNode | null {
  const now = useSignal(Date.now());
  useEffect(() => {
    const timer = setInterval(() => {
      now.value = Date.now();
    }, 1_000);
    return () => clearInterval(timer);
  }, [now]);
  if (!poll.opened_at) return null;
  const seconds = Math.max(0, Math.floor((now.value - Date.parse(poll.opened_at)) / 1_000));
  const rest = String(seconds % 60).padStart(2, "0");
  return <time class="poll-time figures">{`${Math.floor(seconds / 60)}:${rest}`}</time>;
}
