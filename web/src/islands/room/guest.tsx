/** Guests: they come by a secret link and say a name, which everybody sees marked as a guest's. */
import { type Signal, signal } from "@preact/signals";
import type { VNode } from "preact";
import { useId } from "preact/hooks";
import { Refused } from "../../protocol/problem.ts";
import { http } from "../../server.ts";
import { t } from "../../text.ts";
import { Icon } from "../parts.tsx";

interface Known {
  guest_id: string;
  name: string;
}

export class Guest {
  readonly name: Signal<string>;
  readonly trouble: Signal<string> = signal("");
  readonly #token: string;

  constructor(token: string, name: string) {
    this.#token = token;
    this.name = signal(name);
  }

  /** Be known to this room under that name; false where the name or the link will not do. */
  async come(): Promise<boolean> {
    const name = this.name.value.trim();
    if (!name) {
      this.trouble.value = t("room.guest.missing");
      return false;
    }
    try {
      const known = await http.post<Known>(`/api/v1/rooms/by-link/${this.#token}/guests`, { name });
      this.name.value = known.name;
      this.trouble.value = "";
      return true;
    } catch (error) {
      this.trouble.value = error instanceof Refused ? sentence(error) : t("room.failed");
      return false;
    }
  }
}

function sentence(error: Refused): string {
  return error.fields["name"] ?? error.message;
}

export function GuestName({ guest }: { guest: Guest }): VNode {
  const id = useId();
  const trouble = guest.trouble.value;
  return (
    <div class="field">
      <label class="field-label" for={id}>
        {t("room.guest.name")}
      </label>
      <div class="input input-big">
        <input
          id={id}
          type="text"
          autocomplete="name"
          maxLength={100}
          value={guest.name.value}
          aria-invalid={trouble ? "true" : undefined}
          aria-describedby={`${id}-hint`}
          onInput={(event) => {
            guest.name.value = event.currentTarget.value;
            guest.trouble.value = "";
          }}
        />
      </div>
      {trouble ? (
        <p class="field-error" id={`${id}-hint`} role="alert">
          <Icon name="circle-alert" />
          <span>{trouble}</span>
        </p>
      ) : (
        <p class="field-hint" id={`${id}-hint`}>
          {t("room.guest.hint")}
        </p>
      )}
    </div>
  );
}
