/** Everything that has no button of its own; on phones also what has one on a desk. */
import type { VNode } from "preact";
import { t } from "../../text.ts";
import { Icon } from "../parts.tsx";
import type { Classroom } from "./classroom.ts";
import { copyLink } from "./invite.ts";
import { loseTrack, ReactionRow } from "./react.tsx";
import { RecordingItems } from "./recording.tsx";
import { openWindow, windowPossible } from "./small-window.tsx";
import { phone } from "./view.ts";
import { Item, ViewItems } from "./view-menu.tsx";

const MENU = "more-menu";

export function More({ room }: { room: Classroom }): VNode {
  return (
    <>
      <button
        type="button"
        class="control"
        aria-label={t("room.moreMenu")}
        data-tip={t("room.moreMenu")}
        data-menu="start"
        popovertarget={MENU}
      >
        <Icon name="ellipsis" kind="large" />
      </button>
      <div class="menu more-menu" id={MENU} popover="auto">
        {phone.value && <OnPhone room={room} />}
        <RecordingItems room={room} menu={MENU} />
        {windowPossible() && (
          <Item menu={MENU} icon="picture-in-picture-2" onClick={() => void openWindow(room)}>
            {t("room.window")}
          </Item>
        )}
        {room.blur.possible.value && (
          <Item
            menu={MENU}
            icon="sparkles"
            on={room.blur.on.value}
            onClick={() => void room.blur.turn(!room.blur.on.value)}
          >
            {t("room.blur")}
          </Item>
        )}
        {!phone.value && (
          <Item
            menu={MENU}
            icon="keyboard"
            at="?"
            onClick={() => {
              room.help.value = true;
            }}
          >
            {t("room.keys")}
          </Item>
        )}
      </div>
    </>
  );
}

function OnPhone({ room }: { room: Classroom }): VNode {
  return (
    <>
      <ReactionRow room={room} menu={MENU} />
      {!room.rights.value.moderate && (
        <Item menu={MENU} icon="life-buoy" onClick={() => loseTrack(room)}>
          {t("room.lost")}
        </Item>
      )}
      <Item menu={MENU} icon="users" onClick={() => room.open("people")}>
        {t("room.people")}
      </Item>
      <Item menu={MENU} icon="vote" onClick={() => room.open("polls")}>
        {t("polls.title")}
      </Item>
      <Item menu={MENU} icon="link" onClick={() => void copyLink()}>
        {t("room.invite")}
      </Item>
      <hr />
      <ViewItems room={room} menu={MENU} />
      <hr />
    </>
  );
}
