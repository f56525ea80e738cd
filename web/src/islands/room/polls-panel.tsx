/** Polls: for hosts to make and lead, for everybody else to answer. */
import { type Signal, signal } from "@preact/signals";
import type { VNode } from "preact";
import type { Poll } from "../../protocol/talk-wire.ts";
import { t } from "../../text.ts";
import { Button, Empty } from "../parts.tsx";
import type { Classroom } from "./classroom.ts";
import { Answering } from "./polls-answer.tsx";
import { Leading } from "./polls-card.tsx";
import { PollForm } from "./polls-form.tsx";
import { Shared } from "./polls-result.tsx";

/** The form is open. It outlives a look at the chat. */
const making: Signal<boolean> = signal(false);

export function NewPollButton({ room }: { room: Classroom }): VNode | null {
  if (!room.rights.value.moderate || making.value) return null;
  return (
    <Button
      kind="ghost"
      size="small"
      icon="plus"
      onClick={() => {
        making.value = true;
      }}
    >
      {t("polls.new")}
    </Button>
  );
}

export function PollsPanel({ room }: { room: Classroom }): VNode {
  const hosts = room.rights.value.moderate;
  const done = () => {
    making.value = false;
  };
  return (
    <div class="panel-body polls">
      {hosts && making.value ? (
        <PollForm room={room} onDone={done} />
      ) : hosts ? (
        <Led room={room} />
      ) : (
        <Asked room={room} />
      )}
    </div>
  );
}

/** What runs first, then what was prepared, then what is over, the newest first. */
function Led({ room }: { room: Classroom }): VNode {
  const { open, draft, closed } = byStage(room);
  if (open.length + draft.length + closed.length === 0) {
    return (
      <Empty icon="vote" title={t("polls.empty.title")} text={t("polls.empty.host")}>
        <Button
          kind="primary"
          icon="plus"
          onClick={() => {
            making.value = true;
          }}
        >
          {t("polls.first")}
        </Button>
      </Empty>
    );
  }
  return (
    <>
      {open.map((poll) => (
        <Leading key={poll.id} room={room} poll={poll} />
      ))}
      <Part title={t("polls.drafts")} polls={draft} room={room} />
      <Part title={t("polls.earlier")} polls={closed} room={room} />
    </>
  );
}

function Part(props: { title: string; polls: Poll[]; room: Classroom }): VNode | null {
  if (props.polls.length === 0) return null;
  return (
    <section class="polls-part">
      <h3 class="panel-caption">{props.title}</h3>
      {props.polls.map((poll) => (
        <Leading key={poll.id} room={props.room} poll={poll} />
      ))}
    </section>
  );
}

function Asked({ room }: { room: Classroom }): VNode {
  const { open, closed } = byStage(room);
  const shared = closed.filter((poll) => poll.counts !== null);
  if (open.length + shared.length === 0) {
    return <Empty icon="vote" title={t("polls.empty.title")} text={t("polls.empty.text")} />;
  }
  return (
    <>
      {open.map((poll) => (
        <Answering key={poll.id} room={room} poll={poll} />
      ))}
      {shared.map((poll) => (
        <Shared key={poll.id} room={room} poll={poll} />
      ))}
    </>
  );
}

function byStage(room: Classroom): Record<Poll["stage"], Poll[]> {
  const all = [...room.talk.now.value.polls.values()].sort((a, b) => (a.id < b.id ? 1 : -1));
  const of = (stage: Poll["stage"]) => all.filter((poll) => poll.stage === stage);
  return { draft: of("draft"), open: of("open"), closed: of("closed") };
}
