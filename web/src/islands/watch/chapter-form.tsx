/** Hosts name where they are: a chapter begins there. */
import { useSignal } from "@preact/signals";
import type { VNode } from "preact";
import { useId } from "preact/hooks";
import { t } from "../../text.ts";
import { Button } from "../parts.tsx";
import { clock } from "./clock.ts";
import type { Theatre } from "./theatre.ts";

export function ChapterForm({ theatre }: { theatre: Theatre }): VNode {
  const id = useId();
  const title = useSignal("");
  const problem = useSignal("");
  const busy = useSignal(false);
  const at = theatre.player.time.value;
  const add = async () => {
    const words = title.value.trim();
    if (!words || busy.value) return;
    busy.value = true;
    problem.value = "";
    const begins = Math.round(at * 10) / 10;
    const others = theatre.timeline.value.chapters.filter((one) => one.at !== begins);
    try {
      await theatre.setChapters([...others, { at: begins, title: words }]);
      title.value = "";
    } catch (error) {
      problem.value = error instanceof Error ? error.message : String(error);
    }
    busy.value = false;
  };
  return (
    <form
      class="chapter-form"
      onSubmit={(event) => {
        event.preventDefault();
        void add();
      }}
    >
      <label class="field-label" for={id}>
        {t("watch.chapter.at", { at: clock(at) })}
      </label>
      <div class="row">
        <div class="input grow">
          <input
            id={id}
            maxLength={100}
            autocomplete="off"
            value={title.value}
            aria-describedby={problem.value ? `${id}-error` : undefined}
            onInput={({ currentTarget }) => {
              title.value = currentTarget.value;
            }}
          />
        </div>
        <Button type="submit" busy={busy.value && t("watch.chapter.adding")}>
          {t("watch.chapter.add")}
        </Button>
      </div>
      {problem.value && (
        <p class="field-error" id={`${id}-error`} role="alert">
          {problem.value}
        </p>
      )}
    </form>
  );
}
