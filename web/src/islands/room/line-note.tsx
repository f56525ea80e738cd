/** What is wrong right now, calmly, and nowhere over a face for long. */
import type { VNode } from "preact";
import { t } from "../../text.ts";
import { Icon } from "../parts.tsx";
import type { Classroom } from "./classroom.ts";

export function LineNote({ room }: { room: Classroom }): VNode | null {
  if (room.cut.value) {
    return (
      <p class="class-line-note" role="status">
        <Icon name="wifi-off" kind="small" />
        {t("room.away")}
      </p>
    );
  }
  if (!room.sounds.blocked.value) return null;
  return (
    <p class="class-line-note" role="status">
      <Icon name="volume-2" />
      {t("room.sound.blocked")}
      <button
        type="button"
        class="button button-small class-sound"
        onClick={() => void room.sounds.start()}
      >
        {t("room.sound.start")}
      </button>
    </p>
  );
}
