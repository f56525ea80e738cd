/** What is said over the pictures, and the button for it. */
import type { VNode } from "preact";
import { t } from "../../text.ts";
import { Icon } from "../parts.tsx";
import { Item } from "../room/view-menu.tsx";
import { nameOf } from "./captions.ts";
import type { Theatre } from "./theatre.ts";

/** For those who see: whoever listens to the page hears the class itself. */
export function CaptionLines({ theatre }: { theatre: Theatre }): VNode | null {
  const lines = theatre.captions.lines.value;
  if (lines.length === 0 || theatre.player.stage.value !== "on") return null;
  return (
    <div class="caption-lines" aria-hidden="true">
      {lines.map((line, n) => (
        <p key={n} dir="auto">
          {line}
        </p>
      ))}
    </div>
  );
}

export function CaptionButton({ theatre }: { theatre: Theatre }): VNode | null {
  const { captions } = theatre;
  const all = captions.all.value;
  if (all.length === 0) return null;
  const on = captions.shown.value;
  if (all.length === 1) {
    return (
      <button
        type="button"
        class={`class-mini${on ? " player-on" : ""}`}
        aria-label={t("watch.captions")}
        aria-pressed={on}
        aria-keyshortcuts="C"
        data-tip={t("watch.captions")}
        data-key="C"
        onClick={() => captions.toggle()}
      >
        <Icon name="captions" />
      </button>
    );
  }
  return (
    <>
      <button
        type="button"
        class={`class-mini${on ? " player-on" : ""}`}
        aria-label={t("watch.captions")}
        data-tip={t("watch.captions")}
        data-key="C"
        data-menu="end"
        popovertarget="watch-captions"
      >
        <Icon name="captions" />
      </button>
      <div class="menu" id="watch-captions" popover="auto">
        <Item
          menu="watch-captions"
          icon="captions-off"
          on={!on}
          onClick={() => captions.choose("")}
        >
          {t("watch.captions.off")}
        </Item>
        {all.map((one) => (
          <Item
            key={one.language}
            menu="watch-captions"
            icon="captions"
            on={on && captions.current.value === one}
            onClick={() => captions.choose(one.language)}
          >
            {nameOf(one)}
          </Item>
        ))}
      </div>
    </>
  );
}
