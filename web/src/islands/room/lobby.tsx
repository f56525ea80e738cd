/** Before class: oneself, one's devices, who is in, and the way in. */
import { type Signal, useComputed, useSignal, useSignalEffect } from "@preact/signals";
import type { VNode } from "preact";
import { useEffect } from "preact/hooks";
import { http } from "../../server.ts";
import { t } from "../../text.ts";
import { Avatar } from "../avatar.tsx";
import { Button, Icon } from "../parts.tsx";
import type { Classroom } from "./classroom.ts";
import type { Kind } from "./devices.ts";
import { Meter } from "./meter.ts";
import { firstName } from "./people.ts";
import { DeviceLine } from "./pickers.tsx";
import { Video } from "./tile.tsx";
import { sentence } from "./troubles.ts";
import { phone } from "./view.ts";

/** Somebody who is in already. */
export interface Present {
  user_id: string;
  name: string;
}

interface LobbyProps {
  room: Classroom;
  me: Present;
  present: Present[];
}

/** How often it is asked who is in. */
const ASKED = 8_000;
/** A meter that moved so far has heard somebody. */
const HEARD = 0.35;
const SEGMENTS = { desk: 11, phone: 22 };

export function Lobby({ room, me, present }: LobbyProps): VNode {
  const level = useSignal(0);
  const heard = useSignal(false);
  useMeter(room, level, heard);
  return (
    <main class="lobby" id="content">
      <div class="lobby-self">
        <Preview room={room} me={me} />
        <div class="lobby-devices">
          {room.may("microphone") && (
            <DeviceLine room={room} kind="microphone">
              {!phone.value && <Level level={level} />}
            </DeviceLine>
          )}
          {!phone.value && <DeviceLine room={room} kind="speaker" />}
          {room.may("camera") && <DeviceLine room={room} kind="camera" />}
        </div>
        <Ready room={room} heard={heard} />
        {phone.value && <Level level={level} />}
      </div>
      <div class="lobby-class">
        <h1>{room.place.title}</h1>
        <In room={room} present={present} />
        <div class="lobby-note">
          <Icon name="shield-check" />
          <p>
            <strong>{t("room.notRecorded.title")}</strong>
            {t("room.notRecorded.text")}
          </p>
        </div>
        <Join room={room} />
      </div>
    </main>
  );
}

function useMeter(room: Classroom, level: Signal<number>, heard: Signal<boolean>): void {
  const meter = useComputed(() => new Meter()).value;
  const { microphone } = room.devices;
  useSignalEffect(() => {
    meter.follow(microphone.on.value ? microphone.track.value : undefined);
  });
  useSignalEffect(() => {
    level.value = meter.level.value;
    if (meter.level.value > HEARD) heard.value = true;
  });
  useEffect(() => () => meter.stop(), [meter]);
}

function Preview({ room, me }: { room: Classroom; me: Present }): VNode {
  const { track } = room.devices.camera;
  return (
    <div class="lobby-picture">
      {track.value ? (
        <Video track={track.value} />
      ) : (
        <div class="lobby-nobody">
          <Avatar id={me.user_id} name={me.name} url="" size="huge" />
          {!room.devices.asking.value && <p>{t("room.camera.isOff")}</p>}
        </div>
      )}
      <span class="lobby-name">{me.name}</span>
      <div class="lobby-switches">
        {room.may("microphone") && (
          <Switch room={room} kind="microphone" off={t("room.mute")} on={t("room.unmute")} />
        )}
        {room.may("camera") && (
          <Switch room={room} kind="camera" off={t("room.cameraOff")} on={t("room.cameraOn")} />
        )}
      </div>
    </div>
  );
}

function Switch(props: { room: Classroom; kind: Kind; off: string; on: string }): VNode {
  const { room, kind, off, on } = props;
  const device = room.devices[kind];
  const works = device.on.value && device.track.value !== undefined;
  const icon = kind === "camera" ? "video" : "mic";
  const struck = kind === "camera" ? "video-off" : "mic-off";
  const name = works ? off : on;
  return (
    <button
      type="button"
      class={`control control-round${works ? "" : " control-muted"}`}
      aria-label={name}
      data-tip={name}
      data-key={kind === "camera" ? "V" : "M"}
      onClick={() => void room.turn(kind, !works)}
    >
      <Icon name={works ? icon : struck} kind="large" />
    </button>
  );
}

function Level({ level }: { level: Signal<number> }): VNode {
  const segments = phone.value ? SEGMENTS.phone : SEGMENTS.desk;
  const on = Math.round(level.value * segments);
  return (
    <span class="meter" aria-hidden="true">
      {Array.from({ length: segments }, (_, index) => (
        <i key={index} class={index < on ? "on" : ""} />
      ))}
    </span>
  );
}

function Ready({ room, heard }: { room: Classroom; heard: Signal<boolean> }): VNode {
  const { camera, microphone, asking } = room.devices;
  const troubles = [
    room.may("microphone") &&
      microphone.trouble.value &&
      sentence("microphone", microphone.trouble.value),
    room.may("camera") && camera.trouble.value && sentence("camera", camera.trouble.value),
  ].filter(Boolean);
  if (troubles.length > 0) {
    return (
      <div class="banner banner-chalk" role="status">
        <Icon name="circle-alert" />
        <div>
          {troubles.map((text) => (
            <p key={text}>{text}</p>
          ))}
        </div>
      </div>
    );
  }
  const sound = microphone.on.value && microphone.track.value !== undefined;
  const picture = camera.track.value !== undefined;
  const ready = sound && heard.value;
  return (
    <p class={`lobby-ready${ready ? " lobby-ready-good" : ""}`} role="status">
      <Icon name={ready ? "circle-check" : "info"} kind="small" />
      {asking.value ? t("room.ready.asking") : readiness(sound, heard.value, picture)}
    </p>
  );
}

function readiness(sound: boolean, heard: boolean, picture: boolean): string {
  if (sound && !heard) return t("room.ready.say");
  if (sound) return picture ? t("room.ready.both") : t("room.ready.heard");
  return picture ? t("room.ready.seen") : t("room.ready.neither");
}

function In({ room, present }: { room: Classroom; present: Present[] }): VNode {
  const people = useSignal(present);
  useEffect(() => {
    const ask = async () => {
      const path = `/room/${room.place.roomId}/people`;
      const answer = await http.get<{ items: Present[] }>(path).catch(() => undefined);
      if (answer) people.value = answer.items;
    };
    const timer = setInterval(ask, ASKED);
    return () => clearInterval(timer);
  }, [room, people]);
  const shown = people.value.slice(0, 4);
  return (
    <div class="lobby-in">
      {shown.length > 0 && (
        <span class="avatar-row">
          {shown.map(({ user_id, name }) => (
            <Avatar key={user_id} id={user_id} name={name} url="" />
          ))}
        </span>
      )}
      <p class="small quiet">{whoIsIn(people.value)}</p>
    </div>
  );
}

export function whoIsIn(people: Present[]): string {
  const [a = "", b = ""] = people.map(({ name }) => firstName(name));
  if (people.length === 0) return t("room.in.nobody");
  if (people.length === 1) return t("room.in.one", { a });
  if (people.length === 2) return t("room.in.two", { a, b });
  if (people.length === 3) return t("room.in.three", { a, b });
  return t("room.in.many", { a, b, count: people.length - 2 });
}

function Join({ room }: { room: Classroom }): VNode {
  const busy = room.stage.value === "joining";
  const waits = busy && room.line.value === "waiting" && room.why.value.error;
  return (
    <div class="lobby-join">
      {waits && (
        <div class="banner banner-chalk" role="status">
          <Icon name="clock" />
          <div>
            <strong>{waits.message}</strong>
            {t("room.waits")}
          </div>
        </div>
      )}
      <button
        type="button"
        class="button button-primary button-big button-wide"
        aria-busy={busy ? "true" : undefined}
        onClick={() => !busy && room.join()}
      >
        {busy && <span class="busy-ring" aria-hidden="true" />}
        {busy ? t("room.join.busy") : t("room.join")}
      </button>
      {!busy && (
        <Button kind="ghost" icon="headphones" onClick={() => listenOnly(room)}>
          {t("room.join.listen")}
        </Button>
      )}
    </div>
  );
}

function listenOnly(room: Classroom): void {
  void room.turn("camera", false);
  void room.turn("microphone", false);
  room.join();
}
