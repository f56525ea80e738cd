/** Who belongs to a room: found by name or mail address, members or hosts. */
import { type Signal, useSignal } from "@preact/signals";
import type { VNode } from "preact";
import { useEffect, useId } from "preact/hooks";
import { http } from "../server.ts";
import { toast } from "../shell/toast.ts";
import { t } from "../text.ts";
import { Avatar } from "./avatar.tsx";
import { Button, Icon } from "./parts.tsx";
import { refusal } from "./room/troubles.ts";

interface Person {
  user_id: string;
  name: string;
  email: string;
}

interface Member extends Person {
  role: "host" | "member";
}

/** Milliseconds after the last letter. */
const PAUSE = 250;
const SHOWN = 200;

export function Members({ path, owner }: { path: string; owner: string }): VNode {
  const id = useId();
  const members = useSignal<Member[]>([]);
  const load = async () => {
    const page = await http.get<{ items: Member[] }>(`${path}/members?limit=${SHOWN}`);
    members.value = page.items.sort((a, b) => a.name.localeCompare(b.name));
  };
  const put = async (person: Person, role: Member["role"]) => {
    await tried(() => http.post(`${path}/members`, { email: person.email, role }));
    await tried(load);
  };
  const remove = async (member: Member) => {
    await tried(() => http.delete(`${path}/members/${member.user_id}`));
    await tried(load);
    toast(t("settings.member.gone", { name: member.name }));
  };
  useEffect(() => void tried(load), []);
  return (
    <section class="card card-pad stack" aria-labelledby={id}>
      <h2 class="heading" id={id}>
        {t("settings.people")}
      </h2>
      <Find path={path} onChosen={(person) => void put(person, "member")} />
      <ul class="room-members">
        <li class="person">
          <Avatar id={owner} name={owner} url="" size="small" />
          <strong class="clip grow">{owner}</strong>
          <span class="small quiet">{t("settings.owner")}</span>
        </li>
        {members.value.map((member) => (
          <Row
            key={member.user_id}
            member={member}
            onRole={(role) => void put(member, role)}
            onRemove={() => void remove(member)}
          />
        ))}
      </ul>
    </section>
  );
}

async function tried(work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    toast(refusal(error));
  }
}

interface RowProps {
  member: Member;
  onRole: (role: Member["role"]) => void;
  onRemove: () => void;
}

function Row({ member, onRole, onRemove }: RowProps): VNode {
  return (
    <li class="person">
      <Avatar id={member.user_id} name={member.name} url="" size="small" />
      <div class="grow">
        <strong class="clip">{member.name}</strong>
        <span class="clip">{member.email}</span>
      </div>
      <div class="input room-role">
        <select
          aria-label={t("settings.member.role", { name: member.name })}
          value={member.role}
          onChange={(event) => onRole(event.currentTarget.value as Member["role"])}
        >
          <option value="member">{t("settings.member")}</option>
          <option value="host">{t("settings.host")}</option>
        </select>
        <Icon name="chevron-down" />
      </div>
      <button
        type="button"
        class="button button-ghost button-icon"
        aria-label={t("settings.member.remove", { name: member.name })}
        data-tip={t("settings.member.remove", { name: member.name })}
        onClick={onRemove}
      >
        <Icon name="x" />
      </button>
    </li>
  );
}

function Find({ path, onChosen }: { path: string; onChosen: (person: Person) => void }): VNode {
  const id = useId();
  const words = useSignal("");
  const found = useSignal<Person[] | undefined>(undefined);
  useSearch(path, words, found);
  return (
    <div class="field">
      <label class="field-label" for={id}>
        {t("settings.find")}
      </label>
      <div class="input">
        <input
          id={id}
          type="search"
          autocomplete="off"
          value={words.value}
          onInput={(event) => {
            words.value = event.currentTarget.value;
          }}
        />
      </div>
      <p class="field-hint">{t("settings.find.hint")}</p>
      <ul class="room-members" aria-live="polite">
        {found.value?.map((person) => (
          <li class="person" key={person.user_id}>
            <Avatar id={person.user_id} name={person.name} url="" size="small" />
            <div class="grow">
              <strong class="clip">{person.name}</strong>
              <span class="clip">{person.email}</span>
            </div>
            <Button
              size="small"
              kind="soft"
              icon="plus"
              label={t("settings.addOf", { name: person.name })}
              onClick={() => {
                onChosen(person);
                words.value = "";
              }}
            >
              {t("settings.add")}
            </Button>
          </li>
        ))}
        {found.value?.length === 0 && <li class="small quiet">{t("settings.find.nobody")}</li>}
      </ul>
    </div>
  );
}

function useSearch(path: string, words: Signal<string>, found: Signal<Person[] | undefined>): void {
  const sought = words.value.trim();
  useEffect(() => {
    if (sought.length < 2) {
      found.value = undefined;
      return undefined;
    }
    const timer = setTimeout(() => {
      void tried(async () => {
        const query = `words=${encodeURIComponent(sought)}`;
        found.value = (await http.get<{ items: Person[] }>(`${path}/candidates?${query}`)).items;
      });
    }, PAUSE);
    return () => clearTimeout(timer);
  }, [sought]);
}
