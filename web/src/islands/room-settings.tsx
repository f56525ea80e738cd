/** How a room is set up: it saves itself, each change at once. */
import { type Signal, signal } from "@preact/signals";
import { render, type VNode } from "preact";
import { useId } from "preact/hooks";
import { http } from "../server.ts";
import { toast } from "../shell/toast.ts";
import { t } from "../text.ts";
import { Modal } from "./modal.tsx";
import { Boundary, Button } from "./parts.tsx";
import { copyLink } from "./room/invite.ts";
import { refusal } from "./room/troubles.ts";
import { Members } from "./room-members.tsx";

export interface Room {
  id: string;
  title: string;
  access: "school" | "members";
  member_sources: string[];
  waiting_room: boolean;
  member_chat: boolean;
  member_private_chat: boolean;
  records_itself: boolean;
  records_cameras: boolean;
  guest_path: string | null;
  path: string;
}

type Change = Partial<Omit<Room, "id" | "path" | "guest_path">>;

class Settings {
  readonly room: Signal<Room>;
  readonly closing: Signal<boolean> = signal(false);
  readonly owns: boolean;
  readonly owner: string;

  constructor(room: Room, owns: boolean, owner: string) {
    this.room = signal(room);
    this.owns = owns;
    this.owner = owner;
  }

  get path(): string {
    return `/api/v1/rooms/${this.room.value.id}`;
  }

  async change(change: Change): Promise<void> {
    await this.#saved(() => http.patch<Room>(this.path, change), t("settings.saved"));
  }

  async openToGuests(): Promise<void> {
    await this.#saved(() => http.post<Room>(`${this.path}/guest-link`), t("settings.link.made"));
  }

  async closeToGuests(): Promise<void> {
    await this.#saved(() => http.delete<Room>(`${this.path}/guest-link`), t("settings.link.gone"));
  }

  async close(): Promise<void> {
    try {
      await http.delete(this.path);
      location.assign("/rooms");
    } catch (error) {
      toast(refusal(error));
    }
  }

  async #saved(send: () => Promise<Room>, said: string): Promise<void> {
    try {
      this.room.value = await send();
      toast(said);
    } catch (error) {
      toast(refusal(error));
      this.room.value = { ...this.room.value }; // what was not saved goes back
    }
  }
}

export function mount(element: HTMLElement): void {
  const { room = "{}", owner = "" } = element.dataset;
  const settings = new Settings(JSON.parse(room) as Room, "owns" in element.dataset, owner);
  element.replaceChildren();
  render(
    <Boundary source="room-settings">
      <Cards settings={settings} />
    </Boundary>,
    element,
  );
}

function Cards({ settings }: { settings: Settings }): VNode {
  return (
    <>
      <Basics settings={settings} />
      <Entry settings={settings} />
      <Allowed settings={settings} />
      <Kept settings={settings} />
      <Members path={settings.path} owner={settings.owner} />
      {settings.owns && <Closing settings={settings} />}
    </>
  );
}

function Card({ title, children }: { title: string; children: unknown }): VNode {
  const id = useId();
  return (
    <section class="card card-pad stack" aria-labelledby={id}>
      <h2 class="heading" id={id}>
        {title}
      </h2>
      {children as VNode}
    </section>
  );
}

function Basics({ settings }: { settings: Settings }): VNode {
  const id = useId();
  const room = settings.room.value;
  return (
    <Card title={t("settings.room")}>
      <div class="field">
        <label class="field-label" for={id}>
          {t("settings.name")}
        </label>
        <div class="input">
          <input
            id={id}
            type="text"
            maxLength={200}
            value={room.title}
            onChange={(event) => void settings.change({ title: event.currentTarget.value })}
          />
        </div>
      </div>
      <Link text={t("settings.link")} path={room.path} />
    </Card>
  );
}

function Link({ text, path }: { text: string; path: string }): VNode {
  const url = new URL(path, location.href).href;
  return (
    <div class="room-link">
      <div class="grow">
        <span class="field-label">{text}</span>
        <code class="clip">{url}</code>
      </div>
      <Button icon="copy" onClick={() => void copyLink(path)}>
        {t("rooms.copy")}
      </Button>
    </div>
  );
}

function Entry({ settings }: { settings: Settings }): VNode {
  const room = settings.room.value;
  const guests = room.guest_path;
  return (
    <Card title={t("settings.entry")}>
      <fieldset class="stack stack-tight">
        <legend class="visually-hidden">{t("settings.entry")}</legend>
        {(["school", "members"] as const).map((access) => (
          <label class="choice" key={access}>
            <input
              class="radio"
              type="radio"
              name="access"
              checked={room.access === access}
              onChange={() => void settings.change({ access })}
            />
            <span>{access === "school" ? t("settings.school") : t("settings.members")}</span>
          </label>
        ))}
      </fieldset>
      <Switch
        on={room.waiting_room}
        text={t("settings.waiting")}
        hint={t("settings.waiting.hint")}
        onChange={(waiting_room) => void settings.change({ waiting_room })}
      />
      <Switch
        on={guests !== null}
        text={t("settings.guests")}
        hint={t("settings.guests.hint")}
        onChange={(on) => void (on ? settings.openToGuests() : settings.closeToGuests())}
      />
      {guests !== null && (
        <>
          <Link text={t("settings.guests.link")} path={guests} />
          <p>
            <Button
              kind="ghost"
              size="small"
              icon="rotate-cw"
              onClick={() => void settings.openToGuests()}
            >
              {t("settings.guests.renew")}
            </Button>
          </p>
        </>
      )}
    </Card>
  );
}

interface SwitchProps {
  on: boolean;
  text: string;
  hint?: string;
  onChange: (on: boolean) => void;
}

function Switch({ on, text, hint, onChange }: SwitchProps): VNode {
  const id = useId();
  return (
    <label class="choice">
      <input
        class="switch"
        type="checkbox"
        role="switch"
        checked={on}
        aria-checked={on}
        aria-describedby={hint && id}
        onChange={(event) => onChange(event.currentTarget.checked)}
      />
      <span>
        {text}
        {hint && (
          <span class="small quiet choice-hint" id={id}>
            {hint}
          </span>
        )}
      </span>
    </label>
  );
}

function Allowed({ settings }: { settings: Settings }): VNode {
  const room = settings.room.value;
  const source = (names: string[], text: string) => (
    <Switch
      key={text}
      on={room.member_sources.includes(names[0] ?? "")}
      text={text}
      onChange={(on) => {
        const rest = room.member_sources.filter((one) => !names.includes(one));
        void settings.change({ member_sources: on ? [...rest, ...names] : rest });
      }}
    />
  );
  return (
    <Card title={t("settings.allowed")}>
      <p class="small quiet">{t("settings.allowed.text")}</p>
      {source(["microphone"], t("settings.microphone"))}
      {source(["camera"], t("settings.camera"))}
      {source(["screen", "screen_audio"], t("settings.screen"))}
      <Switch
        on={room.member_chat}
        text={t("settings.chat")}
        onChange={(member_chat) => void settings.change({ member_chat })}
      />
      <Switch
        on={room.member_private_chat}
        text={t("settings.private")}
        onChange={(member_private_chat) => void settings.change({ member_private_chat })}
      />
    </Card>
  );
}

/** What is recorded, and that everybody is told so before they come in. */
function Kept({ settings }: { settings: Settings }): VNode {
  const room = settings.room.value;
  return (
    <Card title={t("settings.kept")}>
      <p class="small quiet">{t("settings.kept.text")}</p>
      <Switch
        on={room.records_itself}
        text={t("settings.recordsItself")}
        onChange={(records_itself) => void settings.change({ records_itself })}
      />
      <Switch
        on={room.records_cameras}
        text={t("settings.recordsCameras")}
        onChange={(records_cameras) => void settings.change({ records_cameras })}
      />
    </Card>
  );
}

function Closing({ settings }: { settings: Settings }): VNode {
  const done = () => {
    settings.closing.value = false;
  };
  return (
    <Card title={t("settings.close")}>
      <p class="small quiet">{t("settings.close.text")}</p>
      <p>
        <Button
          kind="danger-quiet"
          icon="lock"
          onClick={() => {
            settings.closing.value = true;
          }}
        >
          {t("settings.close.ask")}
        </Button>
      </p>
      {settings.closing.value && (
        <Modal
          title={t("settings.close.title", { title: settings.room.value.title })}
          onClose={done}
        >
          <p class="quiet">{t("settings.close.text")}</p>
          <div class="dialog-actions">
            <Button onClick={done}>{t("dialog.cancel")}</Button>
            <Button kind="danger" onClick={() => void settings.close()}>
              {t("settings.close.action")}
            </Button>
          </div>
        </Modal>
      )}
    </Card>
  );
}
