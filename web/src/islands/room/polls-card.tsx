/** A poll as its host leads it: ask, watch, show, close. */
import { useSignal } from "@preact/signals";
import type { VNode } from "preact";
import type { Poll } from "../../protocol/talk-wire.ts";
import { t } from "../../text.ts";
import { Badge, Button } from "../parts.tsx";
import type { Classroom } from "./classroom.ts";
import { Bars, Elapsed, facts, Names, Texts } from "./polls-result.tsx";

export function Leading({ room, poll }: { room: Classroom; poll: Poll }): VNode {
  return (
    <section class={`poll poll-${poll.stage}`} data-poll={poll.id}>
      <p class="poll-head">
        <State poll={poll} />
        <span>{facts(poll)}</span>
        {poll.stage === "open" && <Elapsed poll={poll} />}
      </p>
      <h3 class="poll-question">{poll.question}</h3>
      {poll.stage === "draft" ? <Prepared poll={poll} /> : <Bars poll={poll} />}
      {poll.stage !== "draft" && poll.kind === "text" && <Texts room={room} poll={poll} />}
      {poll.stage !== "draft" && poll.kind !== "text" && !poll.anonymous && (
        <Names room={room} poll={poll} />
      )}
      {poll.stage !== "draft" && <HowMany room={room} poll={poll} />}
      <Steps room={room} poll={poll} />
    </section>
  );
}

function State({ poll }: { poll: Poll }): VNode {
  if (poll.stage === "open") return <Badge text={t("polls.running")} tone="good" />;
  if (poll.stage === "draft") return <Badge text={t("polls.draft")} />;
  return <Badge text={poll.shared ? t("polls.shared") : t("polls.closed")} />;
}

function Prepared({ poll }: { poll: Poll }): VNode | null {
  if (poll.options.length === 0) return null;
  return <p class="poll-prepared">{poll.options.join(" · ")}</p>;
}

/** Those who are asked: everybody who does not lead, each person once. */
function asked(room: Classroom): number {
  const people = room.people.value.filter(({ participant }) => participant.role !== "host");
  return new Set(people.map(({ participant }) => participant.user_id)).size;
}

function HowMany({ room, poll }: { room: Classroom; poll: Poll }): VNode {
  const answered = poll.answered ?? 0;
  if (poll.stage === "closed") {
    return <p class="poll-note">{t("polls.answers", { count: answered })}</p>;
  }
  const of = Math.max(asked(room), answered);
  const thinking = of - answered;
  return (
    <div class="poll-many">
      <strong>{t("polls.answeredOf", { count: answered, of })}</strong>
      <progress value={answered} max={Math.max(of, 1)} aria-label={t("polls.progress")} />
      <p>
        {thinking > 0 ? t("polls.thinking", { count: thinking }) : t("polls.all")}
        {poll.anonymous && ` ${t("polls.nobodysName")}`}
      </p>
    </div>
  );
}

function Steps({ room, poll }: { room: Classroom; poll: Poll }): VNode | null {
  const busy = useSignal(false);
  const act = (work: () => Promise<void>) => async () => {
    if (busy.value) return;
    busy.value = true;
    await work().catch((error: unknown) => room.trouble(error));
    busy.value = false;
  };
  const { talk } = room;
  if (poll.stage === "draft") {
    return (
      <div class="poll-steps">
        <Button kind="primary" size="small" onClick={act(() => talk.step(poll, "open"))}>
          {t("polls.open")}
        </Button>
        <Button kind="ghost" size="small" onClick={act(() => talk.discard(poll))}>
          {t("polls.discard")}
        </Button>
      </div>
    );
  }
  const hidden = !poll.shared && !(poll.live && poll.stage === "open");
  if (!hidden && poll.stage === "closed") return null;
  return (
    <div class="poll-steps">
      {hidden && (
        <Button kind="primary" icon="eye" onClick={act(() => talk.step(poll, "share"))}>
          {t("polls.show")}
        </Button>
      )}
      {poll.stage === "open" && (
        <Button onClick={act(() => talk.step(poll, "close"))}>{t("polls.close")}</Button>
      )}
    </div>
  );
}
