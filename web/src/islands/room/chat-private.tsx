/** With whom one writes in private: those who are here, and those with whom one wrote. */
import type { VNode } from "preact";
import { useEffect } from "preact/hooks";
import { partner } from "../../protocol/conversation.ts";
import { t } from "../../text.ts";
import { Icon } from "../parts.tsx";
import type { Classroom } from "./classroom.ts";

export function WithWhom({ room }: { room: Classroom }): VNode {
  const { talk } = room;
  const people = others(room);
  const last = lastPartner(room);
  useEffect(() => {
    talk.with.value ??= last;
  }, [talk, last]);
  return (
    <label class="chat-with">
      <span>{t("chat.with")}</span>
      <span class="input input-quiet">
        <select
          value={talk.with.value ?? ""}
          onChange={({ currentTarget }) => {
            talk.with.value = currentTarget.value || undefined;
          }}
        >
          <option value="">{t("chat.choose")}</option>
          {[...people].map(([id, name]) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
        </select>
        <Icon name="chevron-down" />
      </span>
    </label>
  );
}

/** By their account: somebody with two devices is one person. */
export function others(room: Classroom): Map<string, string> {
  const known = new Map<string, string>();
  for (const message of room.talk.now.value.messages) {
    const other = partner(message, room.talk.me);
    if (other === undefined) continue;
    known.set(other, message.author === other ? message.name : (message.to?.name ?? ""));
  }
  for (const { participant, self } of room.people.value) {
    if (!self && participant.user_id !== room.talk.me) {
      known.set(participant.user_id, participant.name);
    }
  }
  return known;
}

function lastPartner(room: Classroom): string | undefined {
  const last = room.talk.now.value.messages.findLast(({ to }) => to !== null);
  return last && partner(last, room.talk.me);
}
