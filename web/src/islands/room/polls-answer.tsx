/** Answering a poll: large answers that may change until it closes. */
import { useSignal } from "@preact/signals";
import type { VNode } from "preact";
import { useEffect } from "preact/hooks";
import type { Poll } from "../../protocol/talk-wire.ts";
import { t } from "../../text.ts";
import { Badge, Button, Icon } from "../parts.tsx";
import type { Classroom } from "./classroom.ts";
import { Bars, Elapsed, facts, letter, Texts } from "./polls-result.tsx";
import { refusal } from "./troubles.ts";

const MOST = 500;

export function Answering({ room, poll }: { room: Classroom; poll: Poll }): VNode {
  const mine = room.talk.now.value.answers.get(poll.id);
  const chosen = useSignal<readonly number[]>(mine?.choices ?? []);
  const text = useSignal(mine?.text ?? "");
  const trouble = useSignal("");
  const busy = useSignal(false);
  // It may come from another device of the same person.
  useEffect(() => {
    if (!mine) return;
    chosen.value = mine.choices;
    text.value = mine.text;
  }, [mine, chosen, text]);
  const send = async () => {
    busy.value = true;
    trouble.value = "";
    try {
      const choices = poll.kind === "text" ? [] : [...chosen.value];
      await room.talk.answer(poll, choices, poll.kind === "text" ? text.value : "");
    } catch (error) {
      trouble.value = refusal(error);
    }
    busy.value = false;
  };
  const given = poll.kind === "text" ? text.value.trim() !== "" : chosen.value.length > 0;
  const same =
    mine !== undefined &&
    (poll.kind === "text"
      ? mine.text === text.value
      : mine.choices.join() === [...chosen.value].sort((a, b) => a - b).join());
  return (
    <form
      class="poll"
      data-poll={poll.id}
      onSubmit={(event) => {
        event.preventDefault();
        if (given && !same) void send();
      }}
    >
      <p class="poll-head">
        <Badge text={t("polls.poll")} tone="good" />
        <span>{facts(poll)}</span>
        <Elapsed poll={poll} />
      </p>
      <fieldset class="poll-options">
        <legend class="poll-question">{poll.question}</legend>
        {poll.kind === "text" ? (
          <div class="input">
            <textarea
              maxLength={MOST}
              dir="auto"
              aria-label={poll.question}
              value={text.value}
              onInput={({ currentTarget }) => {
                text.value = currentTarget.value;
              }}
            />
          </div>
        ) : (
          poll.options.map((option, at) => (
            <label class="poll-option" key={option}>
              <input
                type={poll.kind === "single" ? "radio" : "checkbox"}
                class={poll.kind === "single" ? "radio" : "checkbox"}
                name={`poll-${poll.id}`}
                data-poll-option={at + 1}
                checked={chosen.value.includes(at)}
                onChange={() => {
                  chosen.value = toggled(poll, chosen.value, at);
                }}
              />
              <span class="poll-letter" aria-hidden="true">
                {letter(at)}
              </span>
              <span>{option}</span>
            </label>
          ))
        )}
      </fieldset>
      {trouble.value && (
        <p class="field-error" role="alert">
          <Icon name="circle-alert" />
          <span>{trouble.value}</span>
        </p>
      )}
      <Button type="submit" kind="primary" busy={busy.value && t("polls.answering")}>
        {mine ? (same ? t("polls.answered") : t("polls.change")) : t("polls.answer")}
      </Button>
      <p class="poll-note" role="status">
        {mine ? t("polls.sent") : poll.anonymous ? t("polls.anonymousNote") : t("polls.changeable")}
      </p>
      {poll.counts && mine && <Bars poll={poll} />}
      {poll.counts && mine && poll.kind === "text" && <Texts room={room} poll={poll} />}
    </form>
  );
}

function toggled(poll: Poll, chosen: readonly number[], at: number): number[] {
  if (poll.kind === "single") return [at];
  return chosen.includes(at) ? chosen.filter((one) => one !== at) : [...chosen, at];
}

/** By its number, as a key. */
export function chooseOption(number: number): void {
  document.querySelector<HTMLInputElement>(`[data-poll-option="${number}"]`)?.click();
}
