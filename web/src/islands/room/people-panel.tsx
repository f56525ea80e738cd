/** The people of a class: who waits first, then hands in order, then everybody. */
import { useSignal } from "@preact/signals";
import type { VNode } from "preact";
import { t } from "../../text.ts";
import { Avatar } from "../avatar.tsx";
import { Button, Icon } from "../parts.tsx";
import type { Classroom } from "./classroom.ts";
import { KeptOut, WaitingList } from "./door-list.tsx";
import { type Person, pictured, roleOf, silent } from "./people.ts";
import { PersonMenu } from "./person-menu.tsx";
import { Weak } from "./tile.tsx";

/** With fewer one finds everybody by looking. */
const MANY = 9;

export function PeoplePanel({ room }: { room: Classroom }): VNode {
  const sought = useSignal("");
  const people = room.people.value;
  const staff = room.rights.value.moderate;
  return (
    <>
      {people.length >= MANY && <Search sought={sought} />}
      <div class="panel-body">
        {staff && <WaitingList room={room} />}
        <Hands room={room} people={people} />
        <section>
          <h3 class="panel-caption">{t("room.inClass")}</h3>
          <ul>
            {people.filter(named(sought.value)).map((person) => (
              <Row key={person.participant.id} room={room} person={person} />
            ))}
          </ul>
        </section>
        {staff && <KeptOut room={room} />}
      </div>
      {staff && <Footer room={room} />}
    </>
  );
}

function named(words: string): (person: Person) => boolean {
  const sought = words.trim().toLocaleLowerCase();
  return ({ participant }) => participant.name.toLocaleLowerCase().includes(sought);
}

function Search({ sought }: { sought: { value: string } }): VNode {
  return (
    <div class="panel-search">
      <Icon name="search" kind="small" />
      <input
        type="search"
        class="panel-search-field"
        aria-label={t("room.find")}
        placeholder={t("room.find")}
        value={sought.value}
        onInput={(event) => {
          sought.value = event.currentTarget.value;
        }}
      />
    </div>
  );
}

function Hands({ room, people }: { room: Classroom; people: Person[] }): VNode | null {
  const hands = people.filter(({ hand }) => hand !== undefined);
  hands.sort((a, b) => (a.hand ?? 0) - (b.hand ?? 0));
  if (hands.length === 0) return null;
  const staff = room.rights.value.moderate;
  return (
    <section>
      <h3 class="panel-caption">
        <Icon name="hand" kind="small" />
        {t("room.hands")}
        {staff && (
          <button type="button" class="panel-act" onClick={() => room.order.lower()}>
            {t("room.hands.lowerAll")}
          </button>
        )}
      </h3>
      <ol>
        {hands.map((person) => (
          <InQueue key={person.participant.id} room={room} person={person} />
        ))}
      </ol>
    </section>
  );
}

function InQueue({ room, person }: { room: Classroom; person: Person }): VNode {
  const { participant, hand, self } = person;
  const name = self ? t("room.youNamed", { name: participant.name }) : participant.name;
  const lower = t("room.hand.lower", { name: participant.name });
  return (
    <li class="person">
      <Avatar id={participant.user_id} name={participant.name} url="" size="small" />
      <strong class="clip grow">{name}</strong>
      {room.rights.value.moderate && !self && (
        <button
          type="button"
          class="button button-ghost button-icon button-small"
          aria-label={lower}
          data-tip={lower}
          onClick={() => room.order.lower(participant.id)}
        >
          <Icon name="x" kind="small" />
        </button>
      )}
      <span class="person-place">{hand}</span>
    </li>
  );
}

interface RowProps {
  room: Classroom;
  person: Person;
}

function Row({ room, person }: RowProps): VNode {
  const { participant, self } = person;
  const away = participant.connection === "away";
  const role = roleOf(participant);
  return (
    <li class="person" data-person={participant.id}>
      <Avatar id={participant.user_id} name={participant.name} url="" size="small" />
      <div class="grow">
        <strong class="clip">
          {self ? t("room.youNamed", { name: participant.name }) : participant.name}
        </strong>
        {away ? <span>{t("room.reconnects")}</span> : role && <span>{role}</span>}
      </div>
      <Weak room={room} person={person} />
      <span class="person-state">
        <State on={!silent(person)} icon="mic" yes={t("room.isHeard")} no={t("room.isMuted")} />
        <State on={pictured(person)} icon="video" yes={t("room.isSeen")} no={t("room.isHidden")} />
      </span>
      {room.rights.value.moderate && !self && <PersonMenu room={room} person={person} />}
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

function Footer({ room }: { room: Classroom }): VNode {
  return (
    <footer class="panel-footer">
      <Button size="small" icon="mic-off" onClick={() => room.order.muteAll()}>
        {t("room.muteAll")}
      </Button>
      <Button
        size="small"
        icon="lock"
        onClick={() => {
          room.order.locking.value = true;
        }}
      >
        {t("room.locks")}
      </Button>
    </footer>
  );
}
