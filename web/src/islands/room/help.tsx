/** The keys of a class, and a switch for those who press them by accident. */
import type { VNode } from "preact";
import { t } from "../../text.ts";
import { Modal } from "../modal.tsx";
import { Button } from "../parts.tsx";
import type { Classroom } from "./classroom.ts";
import { KEYS } from "./keys.ts";

export function Help({ room }: { room: Classroom }): VNode | null {
  if (!room.help.value) return null;
  const close = () => {
    room.help.value = false;
  };
  const { keysOff } = room.view;
  return (
    <Modal title={t("room.keys")} wide onClose={close}>
      <dl class="keys">
        {talk(room)}
        {KEYS.filter(({ when }) => !when || when(room)).map(({ cap, name }) => (
          <div key={cap}>
            <dt>{name()}</dt>
            <dd>
              {cap.split(" ").map((one) => (
                <kbd key={one}>{one}</kbd>
              ))}
            </dd>
          </div>
        ))}
      </dl>
      <label class="choice">
        <input
          class="switch"
          type="checkbox"
          role="switch"
          checked={!keysOff.value}
          aria-checked={!keysOff.value}
          onChange={({ currentTarget }) => room.view.useKeys(currentTarget.checked)}
        />
        <span>{t("room.keys.on")}</span>
      </label>
      <div class="dialog-actions">
        <Button kind="primary" onClick={close}>
          {t("dialog.close")}
        </Button>
      </div>
    </Modal>
  );
}

function talk(room: Classroom): VNode | false {
  return (
    room.may("microphone") && (
      <div>
        <dt>{t("room.keys.talk")}</dt>
        <dd>
          <kbd>{t("room.keys.bar")}</kbd>
        </dd>
      </div>
    )
  );
}
