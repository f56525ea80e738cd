/** Before the door: somebody who is in lets us in. Nothing to do but to wait, calmly. */
import type { VNode } from "preact";
import { t } from "../../text.ts";
import { Button, Icon } from "../parts.tsx";
import type { Classroom } from "./classroom.ts";

export function Outside({ room }: { room: Classroom }): VNode {
  const name = room.place.owner;
  return (
    <div class="outside" role="status">
      <span class="medallion medallion-chalk">
        <Icon name="door-open" kind="large" />
      </span>
      <p class="heading">{name ? t("room.outside.by", { name }) : t("room.outside.title")}</p>
      <p class="small quiet">{t("room.outside.text")}</p>
      <Button kind="ghost" onClick={() => void room.leave()}>
        {t("room.outside.leave")}
      </Button>
    </div>
  );
}
