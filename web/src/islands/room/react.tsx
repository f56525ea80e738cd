/** Signs that one gives without a word: a few for everybody, and "I am lost" for the teacher. */
import type { VNode } from "preact";
import type { Reaction } from "../../protocol/talk-wire.ts";
import { t } from "../../text.ts";
import { Icon } from "../parts.tsx";
import { Control } from "./bar.tsx";
import type { Classroom } from "./classroom.ts";

const SIGNS: { reaction: Reaction; icon: string; name: () => string }[] = [
  { reaction: "thumbs_up", icon: "thumbs-up", name: () => t("react.thumbsUp") },
  { reaction: "heart", icon: "heart", name: () => t("react.heart") },
  { reaction: "idea", icon: "lightbulb", name: () => t("react.idea") },
  { reaction: "laugh", icon: "laugh", name: () => t("react.laugh") },
  { reaction: "party", icon: "party-popper", name: () => t("react.party") },
];
const ICONS = new Map(SIGNS.map(({ reaction, icon }) => [reaction, icon]));
const MENU = "react-menu";

export function React({ room }: { room: Classroom }): VNode {
  return (
    <span class="react">
      <button
        type="button"
        class="control"
        id="react-button"
        aria-label={t("room.react")}
        aria-keyshortcuts="E"
        data-tip={t("room.react")}
        data-key="E"
        data-menu="start"
        popovertarget={MENU}
      >
        <Icon name="smile" kind="large" />
      </button>
      <div class="menu react-menu" id={MENU} popover="auto">
        <Signs room={room} menu={MENU} />
      </div>
      <Crowd room={room} />
    </span>
  );
}

/** The same on phones, where everything else is. */
export function ReactionRow({ room, menu }: { room: Classroom; menu: string }): VNode {
  return (
    <fieldset class="react-row">
      <legend class="visually-hidden">{t("room.react")}</legend>
      <Signs room={room} menu={menu} />
    </fieldset>
  );
}

function Signs({ room, menu }: { room: Classroom; menu: string }): VNode {
  return (
    <>
      {SIGNS.map(({ reaction, icon, name }) => (
        <button
          type="button"
          key={reaction}
          class="react-sign"
          data-reaction={reaction}
          aria-label={name()}
          data-tip={name()}
          onClick={() => {
            document.getElementById(menu)?.hidePopover();
            room.talk.react(reaction).catch((error: unknown) => room.trouble(error));
          }}
        >
          <Icon name={icon} kind="large" />
        </button>
      ))}
    </>
  );
}

export function showReactions(): void {
  document.getElementById("react-button")?.click();
  document.querySelector<HTMLElement>(`#${MENU} button`)?.focus();
}

/** What one person shows just now, over their picture. */
export function Reacted({ room, participant }: { room: Classroom; participant: string }) {
  const last = room.talk.reactions.value.findLast((one) => one.participant === participant);
  if (!last) return null;
  return (
    <span class="tile-reaction" key={last.key}>
      <Icon name={ICONS.get(last.reaction) ?? "smile"} kind="large" />
    </span>
  );
}

/** What the class shows just now, also those whose picture is not on the page. */
function Crowd({ room }: { room: Classroom }): VNode {
  const counts = new Map<Reaction, number>();
  for (const { reaction, count } of room.talk.reactions.value) {
    counts.set(reaction, (counts.get(reaction) ?? 0) + count);
  }
  return (
    <span class="react-crowd" aria-hidden="true">
      {[...counts].map(([reaction, count]) => (
        <span class="react-disc" key={reaction} data-crowd={reaction}>
          <Icon name={ICONS.get(reaction) ?? "smile"} />
          {count > 1 && <b>{count}</b>}
        </span>
      ))}
    </span>
  );
}

export function Lost({ room }: { room: Classroom }): VNode {
  const told = room.talk.lost.value;
  return (
    <Control
      icon="life-buoy"
      name={told ? t("room.lost.told") : t("room.lost")}
      letter="L"
      kind={told && "chalk"}
      onClick={() => loseTrack(room)}
    />
  );
}

export function loseTrack(room: Classroom): void {
  room.talk.lose().catch((error: unknown) => room.trouble(error));
}

/** For hosts: how many, and nobody's name. */
export function LostCount({ room }: { room: Classroom }): VNode | null {
  const lost = room.talk.now.value.lost ?? 0;
  if (lost === 0 || !room.rights.value.moderate || room.notices.shown.value) return null;
  return (
    <p class="class-notice class-notice-chalk lost-count" title={t("room.lost.why")}>
      <Icon name="life-buoy" />
      <span>{t("room.lost.count", { count: lost })}</span>
    </p>
  );
}
