/** Choosing a device: a menu beside its button, and lines in the lobby. */
import type { ComponentChildren, VNode } from "preact";
import { t } from "../../text.ts";
import { Icon } from "../parts.tsx";
import type { Classroom } from "./classroom.ts";
import type { Choice, Kind } from "./devices.ts";

export const canRoute = "setSinkId" in HTMLMediaElement.prototype;

interface LineProps {
  room: Classroom;
  kind: Kind | "speaker";
  children?: ComponentChildren;
}

const ICONS = { microphone: "mic", camera: "camera", speaker: "volume-2" };

export function DeviceLine({ room, kind, children }: LineProps): VNode | null {
  const choices = kind === "speaker" && !canRoute ? [] : choicesOf(room, kind);
  const id = `device-${kind}`;
  return (
    <div class="device">
      <Icon name={ICONS[kind]} />
      <div class="device-choice">
        <label class="tiny faint" for={id}>
          {nameOf(kind)}
        </label>
        {choices.length > 0 ? (
          <select
            id={id}
            value={currentOf(room, kind, choices)}
            onChange={({ currentTarget }) => void room.choose(kind, currentTarget.value)}
          >
            {choices.map(({ id, label }) => (
              <option key={id} value={id}>
                {label}
              </option>
            ))}
          </select>
        ) : (
          <select id={id} disabled>
            <option>{kind === "speaker" ? t("room.device.system") : t("room.device.none")}</option>
          </select>
        )}
      </div>
      {children}
      {choices.length > 0 && <Icon name="chevron-down" kind="small" />}
    </div>
  );
}

export function DeviceMenu({ room, id, kinds }: MenuProps): VNode {
  return (
    <div class="menu device-menu" id={id} popover="auto">
      {kinds.map((kind) => (
        <Choices key={kind} room={room} kind={kind} menu={id} />
      ))}
    </div>
  );
}

interface MenuProps {
  room: Classroom;
  id: string;
  kinds: (Kind | "speaker")[];
}

function Choices(props: { room: Classroom; kind: Kind | "speaker"; menu: string }): VNode | null {
  const { room, kind, menu } = props;
  const choices = choicesOf(room, kind);
  if (kind === "speaker" && (!canRoute || choices.length === 0)) return null;
  const current = currentOf(room, kind, choices);
  return (
    <fieldset>
      <legend class="menu-caption">{nameOf(kind)}</legend>
      {choices.length === 0 && <p class="menu-caption">{t("room.device.none")}</p>}
      {choices.map(({ id, label }) => (
        <button
          key={id}
          type="button"
          class="menu-item"
          aria-pressed={id === current}
          onClick={() => {
            document.getElementById(menu)?.hidePopover();
            void room.choose(kind, id);
          }}
        >
          <Icon name="check" />
          <span class="clip">{label}</span>
        </button>
      ))}
    </fieldset>
  );
}

function choicesOf({ devices }: Classroom, kind: Kind | "speaker"): Choice[] {
  return kind === "speaker" ? devices.speakers.value : devices[kind].choices.value;
}

/** What is in use, else what was chosen, else the first. */
function currentOf({ devices }: Classroom, kind: Kind | "speaker", choices: Choice[]): string {
  const used = kind === "speaker" ? undefined : devices[kind].track.value?.getSettings().deviceId;
  const wanted = used || devices.chosen.value[kind];
  return choices.some(({ id }) => id === wanted) ? (wanted ?? "") : (choices[0]?.id ?? "");
}

function nameOf(kind: Kind | "speaker"): string {
  if (kind === "speaker") return t("room.device.speaker");
  return kind === "camera" ? t("room.device.camera") : t("room.device.microphone");
}
