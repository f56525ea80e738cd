/** What staff can do about one person, from kind to harsh. */
import type { VNode } from "preact";
import { t } from "../../text.ts";
import { Avatar } from "../avatar.tsx";
import { Icon } from "../parts.tsx";
import type { Classroom } from "./classroom.ts";
import { firstName, type Person, pictured, roleOf, silent } from "./people.ts";
import { Item } from "./view-menu.tsx";

interface Props {
  room: Classroom;
  person: Person;
}

/** What a menu holds needs its id, to close it. */
type Within = Props & { menu: string };

export function PersonMenu({ room, person }: Props): VNode {
  const { participant } = person;
  const menu = `person-${participant.id}`;
  const name = t("room.person.menu", { name: participant.name });
  return (
    <>
      <button
        type="button"
        class="button button-ghost button-icon button-small"
        aria-label={name}
        data-tip={name}
        data-menu="end"
        popovertarget={menu}
      >
        <Icon name="ellipsis" />
      </button>
      <div class="menu person-menu" id={menu} popover="auto">
        <div class="menu-who">
          <Avatar id={participant.user_id} name={participant.name} url="" size="small" />
          <div>
            <strong class="clip">{participant.name}</strong>
            <span class="tiny quiet">{facts(person)}</span>
          </div>
        </div>
        <hr />
        <Kind room={room} person={person} menu={menu} />
        <Stop room={room} person={person} menu={menu} />
      </div>
    </>
  );
}

function facts({ participant }: Person): string {
  const at = new Date(participant.joined_at);
  const since = at.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
  const role = roleOf(participant);
  return role ? t("room.person.facts", { role, since }) : t("room.person.since", { since });
}

export function Kind({ room, person, menu }: Within): VNode {
  const { id, role, guest, name, user_id } = person.participant;
  const can = (source: "microphone" | "camera") =>
    role !== "member" || room.roster.value.memberSources.includes(source);
  const pinned = room.view.pin.value === id;
  return (
    <>
      {silent(person) && can("microphone") && (
        <Item menu={menu} icon="mic" onClick={() => room.order.askFor(id, "microphone", name)}>
          {t("room.person.askMicrophone")}
        </Item>
      )}
      {!pictured(person) && can("camera") && (
        <Item menu={menu} icon="video" onClick={() => room.order.askFor(id, "camera", name)}>
          {t("room.person.askCamera")}
        </Item>
      )}
      <Item menu={menu} icon={pinned ? "pin-off" : "pin"} onClick={() => room.view.toggle(id)}>
        {pinned ? t("room.pin.release") : t("room.pin.keep")}
      </Item>
      <ForAll room={room} person={person} menu={menu} />
      {user_id !== room.talk.me && (
        <Item menu={menu} icon="message-square" onClick={() => room.writeTo(user_id)}>
          {t("chat.writeTo", { name: firstName(name) })}
        </Item>
      )}
      {room.rights.value.host && role !== "host" && !guest && (
        <Item menu={menu} icon="crown" onClick={() => room.order.promote(id, role !== "cohost")}>
          {role === "cohost" ? t("room.person.demote") : t("room.person.promote")}
        </Item>
      )}
    </>
  );
}

/** Staff show the class whom to look at; also themselves. */
export function ForAll({ room, person, menu }: Within): VNode {
  const { id, user_id } = person.participant;
  const large = room.roster.value.pinned === user_id;
  return (
    <Item
      menu={menu}
      icon={large ? "pin-off" : "users"}
      onClick={() => room.order.pin(large ? undefined : id)}
    >
      {large ? t("room.pin.allRelease") : t("room.pin.allKeep")}
    </Item>
  );
}

export function Stop({ room, person, menu }: Within): VNode | null {
  const { participant, camera, microphone, screen } = person;
  const removable = participant.role === "member";
  const sent = [
    { track: microphone, icon: "mic-off", text: t("room.person.mute") },
    { track: camera, icon: "video-off", text: t("room.person.camera") },
    { track: screen, icon: "monitor-x", text: t("room.person.screen") },
  ].filter(({ track }) => track && !track.paused);
  if (!removable && sent.length === 0) return null;
  return (
    <>
      <hr />
      {sent.map(({ track, icon, text }) => (
        <Item key={icon} menu={menu} icon={icon} onClick={() => track && room.order.mute(track)}>
          {text}
        </Item>
      ))}
      {removable && (
        <Item
          menu={menu}
          icon="user-x"
          danger
          onClick={() => {
            room.order.removing.value = participant;
          }}
        >
          {t("room.person.remove")}
        </Item>
      )}
    </>
  );
}
