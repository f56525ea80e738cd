/** What one can do with somebody's picture. */
import type { VNode } from "preact";
import { t } from "../../text.ts";
import { Icon } from "../parts.tsx";
import type { Classroom } from "./classroom.ts";
import { firstName, type Person } from "./people.ts";

export function TileMenu({ room, person }: { room: Classroom; person: Person }): VNode {
  const { id, name, user_id } = person.participant;
  const menu = `tile-${id}`;
  const pinned = room.view.pin.value === id;
  const label = t("room.tile.menu", { name });
  return (
    <>
      <button
        type="button"
        class="tile-more"
        aria-label={label}
        data-menu="start"
        popovertarget={menu}
      >
        <Icon name="ellipsis" kind="small" />
      </button>
      <div class="menu" id={menu} popover="auto">
        <button
          type="button"
          class="menu-item"
          onClick={() => {
            document.getElementById(menu)?.hidePopover();
            room.view.toggle(id);
          }}
        >
          <Icon name={pinned ? "pin-off" : "pin"} />
          {pinned ? t("room.pin.release") : t("room.pin.keep")}
        </button>
        {!person.self && user_id !== room.talk.me && (
          <button
            type="button"
            class="menu-item"
            onClick={() => {
              document.getElementById(menu)?.hidePopover();
              room.writeTo(user_id);
            }}
          >
            <Icon name="message-square" />
            {t("chat.writeTo", { name: firstName(name) })}
          </button>
        )}
      </div>
    </>
  );
}
