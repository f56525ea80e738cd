/** The keys, on a sheet. */
import type { VNode } from "preact";
import { t } from "../../text.ts";
import { Modal } from "../modal.tsx";
import { Button } from "../parts.tsx";
import { KEYS } from "./keys.ts";
import type { Theatre } from "./theatre.ts";

export function Help({ theatre }: { theatre: Theatre }): VNode | null {
  if (!theatre.help.value) return null;
  const close = () => {
    theatre.help.value = false;
  };
  return (
    <Modal title={t("watch.keys")} wide onClose={close}>
      <dl class="keys">
        {KEYS.map(({ cap, name }) => (
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
      <div class="dialog-actions">
        <Button kind="primary" onClick={close}>
          {t("dialog.close")}
        </Button>
      </div>
    </Modal>
  );
}
