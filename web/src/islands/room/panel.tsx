/** What stands beside the stage: a heading, a way to close it, and what it is about. */
import type { VNode } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { t } from "../../text.ts";
import { Badge, IconButton } from "../parts.tsx";
import type { Classroom } from "./classroom.ts";
import { PeoplePanel } from "./people-panel.tsx";

export function Panel({ room }: { room: Classroom }): VNode {
  const heading = useFocused();
  return (
    <aside class="panel" aria-label={t("room.people")}>
      <header>
        <h2 tabIndex={-1} ref={heading}>
          {t("room.people")}
        </h2>
        <Badge text={String(room.people.value.length)} />
        <IconButton icon="x" name={t("dialog.close")} onClick={() => close(room)} />
      </header>
      <PeoplePanel room={room} />
    </aside>
  );
}

function close(room: Classroom): void {
  room.panel.value = false;
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
