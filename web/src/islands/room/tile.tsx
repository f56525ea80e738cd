/** One person in a class: their picture or initials, and what one should know of them. */
import type { VNode } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { Track } from "../../protocol/wire.ts";
import { t } from "../../text.ts";
import { Avatar } from "../avatar.tsx";
import { Icon } from "../parts.tsx";
import type { Classroom } from "./classroom.ts";
import { firstName, type Person, pictured, silent } from "./people.ts";
import { useSize } from "./view.ts";

interface TileProps {
  room: Classroom;
  person: Person;
  /** Alone with one other the ring says nothing. */
  ring?: boolean;
  /** The whole name where there is place for it. */
  full?: boolean;
  size?: "small" | undefined;
}

export function Tile({ room, person, ring = true, full, size }: TileProps): VNode {
  const { participant, self, hand } = person;
  const speaks = room.speaking.value.includes(participant.id) && !silent(person);
  const away = participant.connection === "away" && !self;
  const classes = ["tile", self && "tile-self", size && `tile-${size}`, away && "tile-away"];
  return (
    <figure
      class={classes.filter(Boolean).join(" ")}
      data-speaking={speaks && ring ? "" : undefined}
      data-person={participant.id}
    >
      <div class="tile-nobody">
        <Avatar id={participant.user_id} name={participant.name} url="" size="large" />
      </div>
      <Camera room={room} person={person} />
      {hand !== undefined && (
        <span class="tile-hand">
          <Icon name="hand" kind="small" />
          <span class="visually-hidden">{t("room.handPlace")}</span> {hand}
        </span>
      )}
      {away && <span class="tile-gone">{t("room.reconnects")}</span>}
      <Caption room={room} person={person} speaks={speaks} full={full} />
    </figure>
  );
}

function Caption(props: {
  room: Classroom;
  person: Person;
  speaks: boolean;
  full: boolean | undefined;
}): VNode {
  const { room, person, speaks, full } = props;
  const { name, role } = person.participant;
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
      <span class="clip">{shown}</span>
      {role === "host" && !person.self && <span class="tile-role">{t("room.role.host")}</span>}
      <Weak room={room} track={person.camera} />
    </figcaption>
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

/** The picture could be better if the network were. */
function Weak({ room, track }: { room: Classroom; track: Track | undefined }): VNode | null {
  const news = track && room.layers.value.get(track.id);
  if (news?.reason !== "network") return null;
  const text = news.layer < 0 ? t("room.network.off") : t("room.network.weak");
  return (
    <span class="tile-weak" title={text}>
      <Bars good={news.layer < 0 ? 1 : 2} />
      <span class={news.layer < 0 ? "" : "visually-hidden"}>{text}</span>
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

function Camera({ room, person }: { room: Classroom; person: Person }): VNode | null {
  if (person.self) {
    const track = room.devices.camera.track.value;
    return track ? <Video track={track} /> : null;
  }
  if (!pictured(person) || !person.camera) return null;
  return <Picture room={room} id={person.camera.id} />;
}

/** Faces gain nothing by more pixels than this for each of the page's; letters do. */
const DENSEST = 1.5;

/** Of somebody else: received while it is on the page, in the size that it has there. */
export function Picture(props: { room: Classroom; id: string; pinned?: boolean }): VNode {
  const { room, id, pinned = false } = props;
  const place = useSize<HTMLDivElement>(({ width, height }) => {
    const density = pinned ? devicePixelRatio : Math.min(devicePixelRatio, DENSEST);
    const pixels = (length: number) => Math.round(length * density);
    room.show(id, { width: pixels(width), height: pixels(height), pinned });
  });
  useEffect(() => () => room.show(id, undefined), [room, id]);
  const track = room.pictures.value.get(id);
  return (
    <div class="tile-picture" ref={place} data-track={id}>
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
