/** The people of a class as a list, with what a host may do. */
import { useSignal } from "@preact/signals";
import type { VNode } from "preact";
import type { Track } from "../../protocol/wire.ts";
import { t } from "../../text.ts";
import { Avatar } from "../avatar.tsx";
import { Modal } from "../modal.tsx";
import { Button, Icon } from "../parts.tsx";
import type { Classroom } from "./classroom.ts";
import { type Person, pictured, silent } from "./people.ts";

export function PeoplePanel({ room }: { room: Classroom }): VNode {
  const removing = useSignal<Person | undefined>(undefined);
  const people = room.people.value;
  const hands = people.filter(({ hand }) => hand !== undefined);
  hands.sort((a, b) => (a.hand ?? 0) - (b.hand ?? 0));
  const remove = (person: Person) => {
    removing.value = person;
  };
  return (
    <>
      <div class="panel-body">
        {hands.length > 0 && (
          <section>
            <h3 class="panel-caption">
              <Icon name="hand" kind="small" />
              {t("room.hands")}
            </h3>
            <ul>
              {hands.map((person) => (
                <InQueue key={person.participant.id} person={person} />
              ))}
            </ul>
          </section>
        )}
        <section>
          <h3 class="panel-caption">{t("room.inClass")}</h3>
          <ul>
            {people.map((person) => (
              <Row key={person.participant.id} room={room} person={person} onRemove={remove} />
            ))}
          </ul>
        </section>
      </div>
      {removing.value && <AskToRemove room={room} removing={removing} />}
    </>
  );
}

function InQueue({ person: { participant, hand } }: { person: Person }): VNode {
  return (
    <li class="person">
      <Avatar id={participant.user_id} name={participant.name} url="" size="small" />
      <strong class="clip">{participant.name}</strong>
      <span class="person-place">{hand}</span>
    </li>
  );
}

interface RowProps {
  room: Classroom;
  person: Person;
  onRemove: (person: Person) => void;
}

function Row({ room, person, onRemove }: RowProps): VNode {
  const { participant, self } = person;
  const away = participant.connection === "away";
  return (
    <li class="person" data-person={participant.id}>
      <Avatar id={participant.user_id} name={participant.name} url="" size="small" />
      <div class="grow">
        <strong class="clip">
          {self ? t("room.youNamed", { name: participant.name }) : participant.name}
        </strong>
        {away ? (
          <span>{t("room.reconnects")}</span>
        ) : (
          participant.role === "host" && <span>{t("room.role.host")}</span>
        )}
      </div>
      <span class="person-state">
        <State on={!silent(person)} icon="mic" yes={t("room.isHeard")} no={t("room.isMuted")} />
        <State on={pictured(person)} icon="video" yes={t("room.isSeen")} no={t("room.isHidden")} />
      </span>
      {room.rights.value.moderate && !self && (
        <Actions room={room} person={person} onRemove={onRemove} />
      )}
    </li>
  );
}

function State(props: { on: boolean; icon: "mic" | "video"; yes: string; no: string }): VNode {
  const { on, icon, yes, no } = props;
  const off = icon === "mic" ? "mic-off" : "video-off";
  return (
    <span title={on ? yes : no} data-off={on ? undefined : ""}>
      <Icon name={on ? icon : off} kind="small" />
      <span class="visually-hidden">{on ? yes : no}</span>
    </span>
  );
}

function Actions({ room, person, onRemove }: RowProps): VNode | null {
  const { participant, camera, microphone, screen } = person;
  const id = `person-${participant.id}`;
  const stays = participant.role === "host";
  const stoppable = [microphone, camera, screen].some((track) => track && !track.paused);
  if (stays && !stoppable) return null;
  const name = t("room.person.menu", { name: participant.name });
  const hide = () => document.getElementById(id)?.hidePopover();
  const stop = (track: Track | undefined, icon: string, text: string) =>
    track &&
    !track.paused && (
      <button
        type="button"
        class="menu-item"
        onClick={() => {
          hide();
          room.mute(track);
        }}
      >
        <Icon name={icon} />
        {text}
      </button>
    );
  return (
    <>
      <button
        type="button"
        class="button button-ghost button-icon button-small"
        aria-label={name}
        data-tip={name}
        data-menu="end"
        popovertarget={id}
      >
        <Icon name="ellipsis" />
      </button>
      <div class="menu" id={id} popover="auto">
        {stop(microphone, "mic-off", t("room.person.mute"))}
        {stop(camera, "video-off", t("room.person.camera"))}
        {stop(screen, "monitor-x", t("room.person.screen"))}
        {!stays && stoppable && <hr />}
        {!stays && (
          <button
            type="button"
            class="menu-item menu-item-danger"
            onClick={() => {
              hide();
              onRemove(person);
            }}
          >
            <Icon name="user-x" />
            {t("room.person.remove")}
          </button>
        )}
      </div>
    </>
  );
}

interface AskProps {
  room: Classroom;
  removing: { value: Person | undefined };
}

function AskToRemove({ room, removing }: AskProps): VNode | null {
  const person = removing.value;
  if (!person) return null;
  const done = () => {
    removing.value = undefined;
  };
  return (
    <Modal title={t("room.remove.title", { name: person.participant.name })} onClose={done}>
      <p class="quiet">{t("room.remove.text")}</p>
      <div class="dialog-actions">
        <Button onClick={done}>{t("dialog.cancel")}</Button>
        <Button
          kind="danger"
          onClick={() => {
            room.remove(person.participant.id);
            done();
          }}
        >
          {t("room.remove.action")}
        </Button>
      </div>
    </Modal>
  );
}
