/** The buttons that open what stands beside the stage, with what is new there. */
import type { VNode } from "preact";
import { t } from "../../text.ts";
import { Icon } from "../parts.tsx";
import { Control } from "./bar.tsx";
import type { Classroom, PanelName } from "./classroom.ts";

export function PanelTabs({ room }: { room: Classroom }): VNode {
  const people = room.people.value;
  const hands = people.filter(({ hand, self }) => hand !== undefined && !self).length;
  return (
    <>
      <Tab room={room} panel="people" icon="users" name={t("room.people")} letter="P">
        <em>{people.length}</em>
        <Asking waiting={room.order.door.value.waiting.length} hands={hands} />
      </Tab>
      <Tab room={room} panel="chat" icon="message-square" name={t("chat.title")} letter="C">
        <Counter count={unread(room)} what={t("chat.unread")} />
      </Tab>
      <Tab room={room} panel="polls" icon="vote" name={t("polls.title")} letter="O">
        <Counter count={asked(room)} what={t("polls.waiting")} />
      </Tab>
    </>
  );
}

/** On phones, in the place of the tabs. */
export function ChatControl({ room }: { room: Classroom }): VNode {
  const count = unread(room);
  const name = count > 0 ? t("chat.titleUnread", { count }) : t("chat.title");
  return (
    <Control
      icon="message-square"
      name={name}
      letter="C"
      pressed={room.panel.value === "chat"}
      onClick={() => room.toggle("chat")}
    >
      {count > 0 && <span class="counter">{short(count)}</span>}
    </Control>
  );
}

function unread(room: Classroom): number {
  const { everyone, private: alone } = room.talk.unread.value;
  return everyone + alone;
}

function asked(room: Classroom): number {
  return room.rights.value.moderate ? 0 : room.talk.asked.value.length;
}

interface TabProps {
  room: Classroom;
  panel: PanelName;
  icon: string;
  name: string;
  letter: string;
  children: preact.ComponentChildren;
}

function Tab({ room, panel, icon, name, letter, children }: TabProps): VNode {
  return (
    <button
      type="button"
      class="class-tab"
      aria-pressed={room.panel.value === panel}
      aria-keyshortcuts={letter}
      data-tip={name}
      data-key={letter}
      onClick={() => room.toggle(panel)}
    >
      <Icon name={icon} />
      {name}
      {children}
    </button>
  );
}

/** One number for all who want something of us; said in parts. */
function Asking({ waiting, hands }: { waiting: number; hands: number }): VNode | null {
  if (waiting + hands === 0) return null;
  const parts = [
    { count: waiting, what: t("room.door.waits") },
    { count: hands, what: t("room.handsUp") },
  ].filter(({ count }) => count > 0);
  return (
    <span class="counter">
      <span aria-hidden="true">{short(waiting + hands)}</span>
      <span class="visually-hidden">
        {parts.map(({ count, what }) => `${count} ${what}`).join(", ")}
      </span>
    </span>
  );
}

function Counter({ count, what }: { count: number; what: string }): VNode | null {
  if (count === 0) return null;
  return (
    <span class="counter">
      {short(count)}
      <span class="visually-hidden">{what}</span>
    </span>
  );
}

export function short(count: number): string {
  return count > 99 ? "99+" : String(count);
}
