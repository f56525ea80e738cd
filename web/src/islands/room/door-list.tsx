/** Who is outside: those who wait to be let in, and those who are kept out. */
import type { VNode } from "preact";
import type { Outsider } from "../../protocol/wire.ts";
import { t } from "../../text.ts";
import { Avatar } from "../avatar.tsx";
import { Button, Icon } from "../parts.tsx";
import type { Classroom } from "./classroom.ts";

export function WaitingList({ room }: { room: Classroom }): VNode | null {
  const { waiting } = room.order.door.value;
  if (waiting.length === 0) return null;
  return (
    <section class="waiting" aria-label={t("room.door.waiting")}>
      <div class="waiting-top">
        <h3>{t("room.door.waiting")}</h3>
        <span class="counter">{waiting.length}</span>
        {waiting.length > 1 && (
          <Button size="small" kind="soft" onClick={() => room.order.admitAll()}>
            {t("room.door.admitAll")}
          </Button>
        )}
      </div>
      <ul>
        {waiting.map((one) => (
          <Waiting key={one.person} room={room} one={one} />
        ))}
      </ul>
      {waiting.length > 1 && (
        <Button
          size="small"
          kind="ghost"
          onClick={() => {
            room.order.turning.value = true;
          }}
        >
          {t("room.door.declineAll")}
        </Button>
      )}
    </section>
  );
}

function Waiting({ room, one }: { room: Classroom; one: Outsider }): VNode {
  return (
    <li class="person">
      <Avatar id={one.person} name={one.name} url="" size="small" />
      <div class="grow">
        <strong class="clip">{one.name}</strong>
        {one.guest && <span>{t("room.door.byLink")}</span>}
      </div>
      <Choice
        icon="x"
        name={t("room.door.declineOf", one)}
        onClick={() => room.order.decline(one)}
      />
      <Choice
        icon="check"
        soft
        name={t("room.door.admitOf", one)}
        onClick={() => room.order.admit(one)}
      />
    </li>
  );
}

interface ChoiceProps {
  icon: string;
  name: string;
  soft?: boolean;
  onClick: () => void;
}

function Choice({ icon, name, soft, onClick }: ChoiceProps): VNode {
  return (
    <button
      type="button"
      class={`button button-${soft ? "soft" : "ghost"} button-icon button-small`}
      aria-label={name}
      data-tip={name}
      onClick={onClick}
    >
      <Icon name={icon} kind="small" />
    </button>
  );
}

export function KeptOut({ room }: { room: Classroom }): VNode | null {
  const kept = room.order.door.value.kept_out;
  if (kept.length === 0) return null;
  return (
    <section>
      <h3 class="panel-caption">{t("room.door.keptOut")}</h3>
      <ul>
        {kept.map((one) => (
          <li class="person" key={one.person}>
            <Avatar id={one.person} name={one.name} url="" size="small" />
            <strong class="clip grow">{one.name}</strong>
            <Button
              size="small"
              kind="ghost"
              label={t("room.door.readmitOf", one)}
              onClick={() => room.order.readmit(one)}
            >
              {t("room.door.readmit")}
            </Button>
          </li>
        ))}
      </ul>
    </section>
  );
}
