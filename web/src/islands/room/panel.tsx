/** What stands beside the stage, one at a time: people, chat or polls; on phones a sheet. */
import type { ComponentChildren, VNode } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { t } from "../../text.ts";
import { Badge, IconButton } from "../parts.tsx";
import { AudienceChoice, ChatPanel } from "./chat-panel.tsx";
import type { Classroom, PanelName } from "./classroom.ts";
import { PeoplePanel } from "./people-panel.tsx";
import { NewPollButton, PollsPanel } from "./polls-panel.tsx";

interface Content {
  title: () => string;
  /** Beside the title. */
  head: (props: { room: Classroom }) => VNode | null;
  body: (props: { room: Classroom }) => VNode;
}

const CONTENTS: Record<PanelName, Content> = {
  people: { title: () => t("room.people"), head: PeopleCount, body: PeoplePanel },
  chat: { title: () => t("chat.title"), head: AudienceChoice, body: ChatPanel },
  polls: { title: () => t("polls.title"), head: NewPollButton, body: PollsPanel },
};

export function Panel({ room }: { room: Classroom }): VNode | null {
  const open = room.panel.value;
  if (!open) return null;
  const { title, head: Head, body: Body } = CONTENTS[open];
  return (
    <Frame key={open} name={open} title={title()} head={<Head room={room} />} room={room}>
      <Body room={room} />
    </Frame>
  );
}

interface FrameProps {
  room: Classroom;
  name: PanelName;
  title: string;
  head: VNode;
  children: ComponentChildren;
}

function Frame({ room, name, title, head, children }: FrameProps): VNode {
  const heading = useFocused();
  return (
    <aside class={`panel panel-${name}`} aria-label={title}>
      <header>
        <h2 tabIndex={-1} ref={heading}>
          {title}
        </h2>
        {head}
        <IconButton icon="x" name={t("dialog.close")} onClick={() => room.closePanel()} />
      </header>
      {children}
    </aside>
  );
}

function PeopleCount({ room }: { room: Classroom }): VNode {
  return <Badge text={String(room.people.value.length)} />;
}

function useFocused() {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    const before = document.activeElement;
    heading.current?.focus();
    return () => {
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
  return heading;
}
