/** Another title for a recording. */
import { useSignal } from "@preact/signals";
import type { VNode } from "preact";
import { useId } from "preact/hooks";
import { t } from "../../text.ts";
import { Modal } from "../modal.tsx";
import { Button } from "../parts.tsx";
import type { Recording, Shelf } from "./store.ts";

interface Props {
  recording: Recording;
  shelf: Shelf;
  onClose: () => void;
}

export function RenameDialog({ recording, shelf, onClose }: Props): VNode {
  const id = useId();
  const title = useSignal(recording.title);
  const save = async () => {
    const words = title.value.trim();
    if (words && (await shelf.rename(recording, words))) onClose();
  };
  return (
    <Modal title={t("recordings.rename.title")} onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void save();
        }}
      >
        <div class="field">
          <label class="field-label" for={id}>
            {t("recordings.name")}
          </label>
          <div class="input">
            <input
              id={id}
              required
              maxLength={200}
              autocomplete="off"
              value={title.value}
              onInput={({ currentTarget }) => {
                title.value = currentTarget.value;
              }}
            />
          </div>
        </div>
        <div class="dialog-actions">
          <Button onClick={onClose}>{t("recordings.rename.cancel")}</Button>
          <Button kind="primary" type="submit" busy={shelf.busy.value && t("recordings.saving")}>
            {t("recordings.rename.save")}
          </Button>
        </div>
      </form>
    </Modal>
  );
}
