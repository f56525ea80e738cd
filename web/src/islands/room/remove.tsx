/** Whether people shall go: asked once more, because they cannot come back by themselves. */
import type { VNode } from "preact";
import { t } from "../../text.ts";
import { Modal } from "../modal.tsx";
import { Button } from "../parts.tsx";
import type { Classroom } from "./classroom.ts";

export function RemoveDialog({ room }: { room: Classroom }): VNode | null {
  const { removing } = room.order;
  const participant = removing.value;
  if (!participant) return null;
  const done = () => {
    removing.value = undefined;
  };
  return (
    <Modal title={t("room.remove.title", { name: participant.name })} onClose={done}>
      <p class="quiet">{t("room.remove.text")}</p>
      <div class="dialog-actions">
        <Button onClick={done}>{t("dialog.cancel")}</Button>
        <Button
          kind="danger"
          onClick={() => {
            room.order.remove(participant.id);
            done();
          }}
        >
          {t("room.remove.action")}
        </Button>
      </div>
    </Modal>
  );
}

/** All who wait outside. */
export function TurnAwayDialog({ room }: { room: Classroom }): VNode | null {
  const { turning, door } = room.order;
  const count = door.value.waiting.length;
  if (!turning.value || count < 2) return null;
  const done = () => {
    turning.value = false;
  };
  return (
    <Modal title={t("room.door.declineAll.title", { count })} onClose={done}>
      <p class="quiet">{t("room.door.declineAll.text")}</p>
      <div class="dialog-actions">
        <Button onClick={done}>{t("dialog.cancel")}</Button>
        <Button
          kind="danger"
          onClick={() => {
            room.order.declineAll();
            done();
          }}
        >
          {t("room.door.declineAll")}
        </Button>
      </div>
    </Modal>
  );
}
