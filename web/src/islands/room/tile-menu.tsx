/** What one can do with somebody's picture; for staff what the list of people offers, too. */
import type { VNode } from "preact";
import { t } from "../../text.ts";
import { Icon } from "../parts.tsx";
import type { Classroom } from "./classroom.ts";
import { firstName, type Person } from "./people.ts";
import { ForAll, Kind, Stop } from "./person-menu.tsx";
import { Item } from "./view-menu.tsx";

export function TileMenu({ room, person }: { room: Classroom; person: Person }): VNode {
  const { id, name, user_id } = person.participant;
  const menu = `tile-${id}`;
  const pinned = room.view.pin.value === id;
  const staff = room.rights.value.moderate;
  const orders = staff && !person.self;
  return (
    <>
      <button
        type="button"
        class="tile-more"
        aria-label={t("room.tile.menu", { name })}
        data-menu="start"
        popovertarget={menu}
      >
        <Icon name="ellipsis" kind="small" />
      </button>
      <div class="menu" id={menu} popover="auto">
        {orders ? (
          <Kind room={room} person={person} menu={menu} />
        ) : (
          <Item menu={menu} icon={pinned ? "pin-off" : "pin"} onClick={() => room.view.toggle(id)}>
            {pinned ? t("room.pin.release") : t("room.pin.keep")}
          </Item>
        )}
        {staff && person.self && <ForAll room={room} person={person} menu={menu} />}
        {!orders && !person.self && user_id !== room.talk.me && (
          <Item menu={menu} icon="message-square" onClick={() => room.writeTo(user_id)}>
            {t("chat.writeTo", { name: firstName(name) })}
          </Item>
        )}
        {orders && <Stop room={room} person={person} menu={menu} />}
      </div>
    </>
  );
}
