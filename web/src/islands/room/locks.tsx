/** What members may do in this class, one switch each; it takes effect at once. */
import type { VNode } from "preact";
import { useId } from "preact/hooks";
import type { Lockable } from "../../protocol/wire.ts";
import { t } from "../../text.ts";
import { Modal } from "../modal.tsx";
import { Button, Icon } from "../parts.tsx";
import type { Classroom } from "./classroom.ts";

interface Row {
  what: Lockable;
  icon: string;
  name: string;
  hint?: string;
}

export function LocksDialog({ room }: { room: Classroom }): VNode | null {
  if (!room.order.locking.value) return null;
  const done = () => {
    room.order.locking.value = false;
  };
  return (
    <Modal title={t("room.locks.title")} onClose={done}>
      <p class="quiet">{t("room.locks.text")}</p>
      <ul class="locks">
        {rows().map((row) => (
          <Lock key={row.what} room={room} row={row} />
        ))}
      </ul>
      <div class="dialog-actions">
        <Button kind="primary" onClick={done}>
          {t("room.locks.done")}
        </Button>
      </div>
    </Modal>
  );
}

function rows(): Row[] {
  return [
    { what: "entry", icon: "lock", name: t("room.lock.entry"), hint: t("room.lock.entry.hint") },
    { what: "microphone", icon: "mic", name: t("room.lock.microphone") },
    { what: "camera", icon: "video", name: t("room.lock.camera") },
    { what: "screen", icon: "monitor-up", name: t("room.lock.screen") },
    { what: "chat", icon: "message-square", name: t("room.lock.chat") },
    {
      what: "private_chat",
      icon: "messages-square",
      name: t("room.lock.private"),
      hint: t("room.lock.private.hint"),
    },
  ];
}

export function locked(room: Classroom, what: Lockable): boolean {
  const { locks, memberSources } = room.roster.value;
  if (what === "entry" || what === "chat" || what === "private_chat") return locks[what];
  return !memberSources.includes(what);
}

function Lock({ room, row }: { room: Classroom; row: Row }): VNode {
  const id = useId();
  const { what, icon, name, hint } = row;
  const on = locked(room, what);
  return (
    <li class="lock">
      <Icon name={icon} />
      <label class="grow" for={id}>
        <span>{name}</span>
        {hint && <span class="small quiet">{hint}</span>}
      </label>
      <input
        type="checkbox"
        role="switch"
        class="switch"
        id={id}
        checked={on}
        aria-checked={on}
        onChange={() => room.order.lock(what, !on)}
      />
    </li>
  );
}
