/** The class in a small window above other programs: whoever is large, and one's microphone. */
import { render, type VNode } from "preact";
import { useEffect } from "preact/hooks";
import { t } from "../../text.ts";
import { Avatar } from "../avatar.tsx";
import { Icon } from "../parts.tsx";
import type { Classroom } from "./classroom.ts";
import { firstName, type Person, pictured, shares } from "./people.ts";
import { Video } from "./tile.tsx";

interface PipWindows {
  requestWindow(size: { width: number; height: number }): Promise<Window>;
}

const SIZE = { width: 400, height: 260 };

function pips(): PipWindows | undefined {
  return (window as unknown as { documentPictureInPicture?: PipWindows }).documentPictureInPicture;
}

export function windowPossible(): boolean {
  return pips() !== undefined || document.pictureInPictureEnabled === true;
}

/** From a click: browsers open it for nothing else. */
export async function openWindow(room: Classroom): Promise<void> {
  try {
    const windows = pips();
    if (windows) await inDocument(room, windows);
    else await ofVideo();
  } catch {
    room.notices.tell({ text: t("room.window.failed"), icon: "circle-alert", urgent: true });
  }
}

/** Browsers without windows for documents show the largest picture there is. */
async function ofVideo(): Promise<void> {
  const all = [...document.querySelectorAll<HTMLVideoElement>(".stage video")];
  all.sort((a, b) => b.clientWidth * b.clientHeight - a.clientWidth * a.clientHeight);
  await all[0]?.requestPictureInPicture();
}

async function inDocument(room: Classroom, windows: PipWindows): Promise<void> {
  const small = await windows.requestWindow(SIZE);
  const { head, body, documentElement } = small.document;
  for (const sheet of document.querySelectorAll('link[rel="stylesheet"]')) {
    head.append(sheet.cloneNode());
  }
  documentElement.dataset["theme"] = "dark";
  body.className = "small-window";
  render(<Small room={room} onBack={() => small.close()} />, body);
  const done = () => render(null, body);
  small.addEventListener("pagehide", done, { once: true });
  room.onOver(() => small.close());
}

function Small({ room, onBack }: { room: Classroom; onBack: () => void }): VNode {
  const person = largest(room);
  const screen = person?.screen;
  const track = screen ?? (person && pictured(person) ? person.camera : undefined);
  const { on, track: microphone } = room.devices.microphone;
  const heard = on.value && microphone.value !== undefined;
  return (
    <>
      {track && !person?.self ? (
        <Shown room={room} id={track.id} fit={screen ? "contain" : "cover"} />
      ) : (
        person && (
          <div class="tile-nobody">
            <Avatar
              id={person.participant.user_id}
              name={person.participant.name}
              url=""
              size="large"
            />
          </div>
        )
      )}
      {person && <p class="small-window-name">{firstName(person.participant.name)}</p>}
      <div class="small-window-controls">
        <button
          type="button"
          class={`control control-round${heard ? "" : " control-muted"}`}
          aria-label={heard ? t("room.mute") : t("room.unmute")}
          onClick={() => void room.turn("microphone", !heard)}
        >
          <Icon name={heard ? "mic" : "mic-off"} kind="large" />
        </button>
        <button
          type="button"
          class="control control-round"
          aria-label={t("room.window.back")}
          onClick={onBack}
        >
          <Icon name="maximize" kind="large" />
        </button>
      </div>
    </>
  );
}

/** The screen that is shared, who is pinned, who speaks, or the first of the others. */
function largest(room: Classroom): Person | undefined {
  const { seated, pin, floor } = room.view;
  const others = seated.value.filter(({ self }) => !self);
  const by = (id: string | undefined) => others.find(({ participant }) => participant.id === id);
  return shares(others).at(-1) ?? by(pin.value) ?? by(floor.value) ?? others[0] ?? seated.value[0];
}

function Shown(props: { room: Classroom; id: string; fit: "cover" | "contain" }): VNode {
  const { room, id, fit } = props;
  useEffect(() => {
    room.show(id, { ...SIZE, pinned: true }, "window");
    return () => room.show(id, undefined, "window");
  }, [room, id]);
  const track = room.pictures.value.get(id);
  return <div class={`small-window-${fit}`}>{track && <Video track={track} />}</div>;
}
