/** One person in a class: their picture or initials, and what one should know of them. */
import type { VNode } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { t } from "../../text.ts";
import { Avatar } from "../avatar.tsx";
import { Icon } from "../parts.tsx";
import type { Classroom } from "./classroom.ts";
import type { Rect, Size } from "./layout.ts";
import { firstName, type Person, pictured, roleOf, silent } from "./people.ts";
import { lineOf } from "./quality.ts";
import { Reacted } from "./react.tsx";
import type { Placed } from "./scene.ts";
import { TileMenu } from "./tile-menu.tsx";

interface TileProps {
  room: Classroom;
  one: Placed;
  /** Alone with one other the ring says nothing. */
  ring?: boolean;
  /** The whole name where there is place for it. */
  full?: boolean;
}

export function Tile({ room, one, ring = true, full }: TileProps): VNode {
  const { person, look, rect } = one;
  const { participant, self, hand } = person;
  const speaks = room.speaking.value.includes(participant.id) && !silent(person);
  const away = participant.connection === "away" && !self;
  const classes = ["tile", `tile-${look}`, self && "tile-self", away && "tile-away"];
  return (
    <figure
      class={classes.filter(Boolean).join(" ")}
      style={placeOf(rect)}
      data-speaking={speaks && ring ? "" : undefined}
      data-person={participant.id}
      onDblClick={({ target }) => {
        if (!(target as Element).closest("button, .menu")) room.view.toggle(participant.id);
      }}
    >
      <div class="tile-nobody">
        <Avatar id={participant.user_id} name={participant.name} url="" size="large" />
      </div>
      <Camera room={room} person={person} size={rect} pinned={room.view.pin.value === one.key} />
      {hand !== undefined && (
        <span class="tile-hand">
          <Icon name="hand" kind="small" />
          <span class="visually-hidden">{t("room.handPlace")}</span> {hand}
        </span>
      )}
      {away && <span class="tile-gone">{t("room.reconnects")}</span>}
      <Reacted room={room} participant={participant.id} />
      {look !== "float" && <TileMenu room={room} person={person} />}
      <Caption room={room} person={person} speaks={speaks} full={full} />
    </figure>
  );
}

/** Where something is on the stage. */
export function placeOf({ x, y, width, height }: Rect) {
  return { translate: `${x}px ${y}px`, width: `${width}px`, height: `${height}px` };
}

function Caption(props: {
  room: Classroom;
  person: Person;
  speaks: boolean;
  full: boolean | undefined;
}): VNode {
  const { room, person, speaks, full } = props;
  const { name } = person.participant;
  const role = roleOf(person.participant);
  const shown = person.self ? t("room.you") : full ? name : firstName(name);
  return (
    <figcaption>
      {silent(person) && (
        <>
          <Icon name="mic-off" kind="small" />
          <span class="visually-hidden">{t("room.isMuted")}</span>
        </>
      )}
      {speaks && <Speaks />}
      <Kept room={room} person={person} />
      <span class="clip">{shown}</span>
      {role && !person.self && <span class="tile-role">{role}</span>}
      <Weak room={room} person={person} />
    </figcaption>
  );
}

/** Large by one's own wish, or for everybody. */
function Kept({ room, person }: { room: Classroom; person: Person }): VNode | null {
  const forAll = room.roster.value.pinned === person.participant.user_id;
  if (!forAll && room.view.pin.value !== person.participant.id) return null;
  const text = forAll ? t("room.pin.allOn") : t("room.pin.on");
  return (
    <span class="tile-kept" title={text}>
      <Icon name="pin" kind="small" />
      <span class="visually-hidden">{text}</span>
    </span>
  );
}

function Speaks(): VNode {
  return (
    <span class="speaks">
      <i />
      <i />
      <i />
      <span class="visually-hidden">{t("room.speaks")}</span>
    </span>
  );
}

/** It would be better if the network were. */
export function Weak({ room, person }: { room: Classroom; person: Person }): VNode | null {
  const good = lineOf(room, person);
  if (good === 3) return null;
  const news = person.camera && room.layers.value.get(person.camera.id);
  const off = news?.reason === "network" && news.layer < 0;
  const text = off
    ? t("room.network.off")
    : good === 1
      ? t("room.network.poor")
      : t("room.network.weak");
  return (
    <span class="tile-weak" title={text} data-line={good}>
      <Bars good={good} />
      <span class={off ? "" : "visually-hidden"}>{text}</span>
    </span>
  );
}

/** Three bars; how they are called is said beside them. */
export function Bars({ good }: { good: 1 | 2 | 3 }): VNode {
  return (
    <span class={`bars bars-${good}`} aria-hidden="true">
      <i />
      <i />
      <i />
    </span>
  );
}

interface CameraProps {
  room: Classroom;
  person: Person;
  size: Size;
  pinned: boolean;
}

function Camera({ room, person, size, pinned }: CameraProps): VNode | null {
  if (person.self) {
    const track = room.devices.camera.track.value;
    return track ? <Video track={track} /> : null;
  }
  if (!pictured(person) || !person.camera || room.view.audioOnly.value) return null;
  return <Picture room={room} id={person.camera.id} size={size} pinned={pinned} />;
}

/** Faces gain nothing by more pixels than this for each of the page's; letters do. */
const DENSEST = 1.5;

interface PictureProps {
  room: Classroom;
  id: string;
  size: Size;
  pinned?: boolean;
}

/** Of somebody else: received while it is on the page, in the size that it has there. */
export function Picture({ room, id, size, pinned = false }: PictureProps): VNode {
  const density = pinned ? devicePixelRatio : Math.min(devicePixelRatio, DENSEST);
  const width = Math.round(size.width * density);
  const height = Math.round(size.height * density);
  useEffect(() => room.show(id, { width, height, pinned }), [room, id, width, height, pinned]);
  useEffect(() => () => room.show(id, undefined), [room, id]);
  const track = room.pictures.value.get(id);
  return (
    <div class="tile-picture" data-track={id}>
      {track && <Video track={track} />}
    </div>
  );
}

export function Video({ track }: { track: MediaStreamTrack }): VNode {
  const element = useRef<HTMLVideoElement>(null);
  useEffect(() => {
    const at = element.current;
    if (!at) return;
    at.srcObject = new MediaStream([track]);
    // It has no sound, so nothing keeps it from playing but being taken away at once.
    at.play().catch(() => undefined);
    return () => {
      at.srcObject = null;
    };
  }, [track]);
  return <video ref={element} muted playsInline autoPlay />;
}
