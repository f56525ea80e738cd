/** Making a poll: from a pattern or from nothing, asked at once or kept for later. */
import { type Signal, useSignal } from "@preact/signals";
import type { VNode } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { Refused } from "../../protocol/problem.ts";
import type { PollKind } from "../../protocol/talk-wire.ts";
import { t } from "../../text.ts";
import { Button, Icon, IconButton } from "../parts.tsx";
import type { Classroom } from "./classroom.ts";
import { letter } from "./polls-result.tsx";
import { refusal } from "./troubles.ts";

const MOST_OPTIONS = 10;

interface Pattern {
  name: () => string;
  kind: PollKind;
  options: () => string[];
  question?: () => string;
}

const PATTERNS: Pattern[] = [
  {
    name: () => t("polls.pattern.yesNo"),
    kind: "single",
    options: () => [t("polls.yes"), t("polls.no")],
  },
  {
    name: () => t("polls.pattern.letters"),
    kind: "single",
    options: () => ["A", "B", "C", "D"],
  },
  {
    name: () => t("polls.pattern.pace"),
    kind: "single",
    question: () => t("polls.pace.question"),
    options: () => [t("polls.pace.slow"), t("polls.pace.right"), t("polls.pace.fast")],
  },
  { name: () => t("polls.pattern.text"), kind: "text", options: () => [] },
  { name: () => t("polls.pattern.own"), kind: "single", options: () => ["", ""] },
];

export function PollForm({ room, onDone }: { room: Classroom; onDone: () => void }): VNode {
  const question = useSignal("");
  const kind = useSignal<PollKind>("single");
  const options = useSignal<readonly string[]>([t("polls.yes"), t("polls.no")]);
  const anonymous = useSignal(true);
  const live = useSignal(false);
  const errors = useSignal<Record<string, string>>({});
  const trouble = useSignal("");
  const busy = useSignal(false);
  const first = useRef<HTMLInputElement>(null);
  useEffect(() => first.current?.focus(), []);

  const make = async (open: boolean) => {
    if (busy.value) return;
    busy.value = true;
    errors.value = {};
    trouble.value = "";
    const given = kind.value === "text" ? [] : options.value.filter((one) => one.trim());
    try {
      await room.talk.ask({
        kind: kind.value,
        question: question.value,
        options: given,
        anonymous: anonymous.value,
        live: live.value,
        open,
      });
      onDone();
    } catch (error) {
      if (error instanceof Refused) errors.value = error.fields;
      if (Object.keys(errors.value).length === 0) trouble.value = refusal(error);
    }
    busy.value = false;
  };
  return (
    <form
      class="poll poll-form"
      onSubmit={(event) => {
        event.preventDefault();
        void make(true);
      }}
    >
      <fieldset class="poll-patterns">
        <legend class="field-label">{t("polls.pattern")}</legend>
        {PATTERNS.map((pattern) => (
          <Button
            key={pattern.name()}
            kind="soft"
            size="small"
            onClick={() => {
              kind.value = pattern.kind;
              options.value = pattern.options();
              question.value ||= pattern.question?.() ?? "";
              first.current?.focus();
            }}
          >
            {pattern.name()}
          </Button>
        ))}
      </fieldset>
      <div class="field">
        <label class="field-label" for="poll-question">
          {t("polls.question")}
        </label>
        <div class="input">
          <input
            id="poll-question"
            ref={first}
            maxLength={300}
            autocomplete="off"
            aria-invalid={"question" in errors.value}
            aria-describedby="poll-question-error"
            value={question.value}
            onInput={({ currentTarget }) => {
              question.value = currentTarget.value;
            }}
          />
        </div>
        <Wrong id="poll-question-error" text={errors.value["question"]} />
      </div>
      {kind.value !== "text" && <Options options={options} errors={errors.value} />}
      {kind.value !== "text" && (
        <Choice
          label={t("polls.several")}
          on={kind.value === "multiple"}
          onChange={(on) => {
            kind.value = on ? "multiple" : "single";
          }}
        />
      )}
      <Choice
        label={t("polls.anonymous")}
        hint={t("polls.anonymousHint")}
        on={anonymous.value}
        onChange={(on) => {
          anonymous.value = on;
        }}
      />
      <Choice
        label={t("polls.live")}
        hint={t("polls.liveHint")}
        on={live.value}
        onChange={(on) => {
          live.value = on;
        }}
      />
      {trouble.value && <Wrong id="poll-trouble" text={trouble.value} />}
      <div class="poll-steps">
        <Button type="submit" kind="primary" busy={busy.value && t("polls.asking")}>
          {t("polls.ask")}
        </Button>
        <Button onClick={() => void make(false)}>{t("polls.keep")}</Button>
        <Button kind="ghost" onClick={onDone}>
          {t("dialog.cancel")}
        </Button>
      </div>
    </form>
  );
}

interface OptionsProps {
  options: Signal<readonly string[]>;
  errors: Record<string, string>;
}

function Options({ options, errors }: OptionsProps): VNode {
  const put = (at: number, text: string) => {
    options.value = options.value.map((one, place) => (place === at ? text : one));
  };
  return (
    <fieldset class="field poll-edit">
      <legend class="field-label">{t("polls.options")}</legend>
      {options.value.map((option, at) => (
        <div class="row row-tight" key={at}>
          <span class="poll-letter" aria-hidden="true">
            {letter(at)}
          </span>
          <span class="input grow">
            <input
              maxLength={200}
              autocomplete="off"
              aria-label={t("polls.option", { letter: letter(at) })}
              aria-invalid={`options.${at}` in errors}
              value={option}
              onInput={({ currentTarget }) => put(at, currentTarget.value)}
            />
          </span>
          {options.value.length > 2 && (
            <IconButton
              icon="x"
              name={t("polls.removeOption", { letter: letter(at) })}
              onClick={() => {
                options.value = options.value.filter((_, place) => place !== at);
              }}
            />
          )}
        </div>
      ))}
      <Wrong id="poll-options-error" text={errors["options"] ?? firstOf(errors)} />
      {options.value.length < MOST_OPTIONS && (
        <Button
          kind="ghost"
          size="small"
          icon="plus"
          onClick={() => {
            options.value = [...options.value, ""];
          }}
        >
          {t("polls.addOption")}
        </Button>
      )}
    </fieldset>
  );
}

function firstOf(errors: Record<string, string>): string | undefined {
  return Object.entries(errors).find(([field]) => field.startsWith("options."))?.[1];
}

function Wrong({ id, text }: { id: string; text: string | undefined }): VNode | null {
  if (!text) return null;
  return (
    <p class="field-error" id={id} role="alert">
      <Icon name="circle-alert" />
      <span>{text}</span>
    </p>
  );
}

interface ChoiceProps {
  label: string;
  hint?: string;
  on: boolean;
  onChange: (on: boolean) => void;
}

function Choice({ label, hint, on, onChange }: ChoiceProps): VNode {
  return (
    <label class="choice">
      <input
        type="checkbox"
        class="checkbox"
        checked={on}
        onChange={({ currentTarget }) => onChange(currentTarget.checked)}
      />
      <span>
        {label}
        {hint && <small>{hint}</small>}
      </span>
    </label>
  );
}
