/** Somebody asks to hear or to see us. It is up to us: nothing is turned on by others. */
import type { VNode } from "preact";
import { t } from "../../text.ts";
import { Modal } from "../modal.tsx";
import { Button } from "../parts.tsx";
import type { Classroom } from "./classroom.ts";
import { firstName } from "./people.ts";

export function AskedDialog({ room }: { room: Classroom }): VNode | null {
  const asked = room.order.asked.value;
  if (!asked || room.devices[asked.source].on.value) return null;
  const name = firstName(asked.by);
  const sound = asked.source === "microphone";
  return (
    <Modal
      title={sound ? t("room.asked.microphone", { name }) : t("room.asked.camera", { name })}
      onClose={() => room.order.answer(false)}
    >
      <p class="quiet">{t("room.asked.text")}</p>
      <div class="dialog-actions">
        <Button onClick={() => room.order.answer(false)}>{t("room.asked.no")}</Button>
        <Button
          kind="primary"
          icon={sound ? "mic" : "video"}
          onClick={() => {
            room.order.answer(true);
            void room.turn(asked.source, true);
          }}
        >
          {sound ? t("room.unmute") : t("room.cameraOn")}
        </Button>
      </div>
    </Modal>
  );
}
