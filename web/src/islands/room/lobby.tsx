/** Before class: oneself, one's devices, who is in, and the way in. */
import { type Signal, useComputed, useSignal, useSignalEffect } from "@preact/signals";
import type { VNode } from "preact";
import { useEffect } from "preact/hooks";
import type { Recorded } from "../../protocol/wire.ts";
import { http } from "../../server.ts";
import { t } from "../../text.ts";
import { Avatar } from "../avatar.tsx";
import { Button, Icon } from "../parts.tsx";
import { chime } from "./chime.ts";
import type { Classroom } from "./classroom.ts";
import type { Kind } from "./devices.ts";
import { GuestName } from "./guest.tsx";
import { Meter } from "./meter.ts";
import { Outside } from "./outside.tsx";
import { firstName } from "./people.ts";
import { browserOf, howToAllow } from "./permission.ts";
import { DeviceLine } from "./pickers.tsx";
import { Bars, Video } from "./tile.tsx";
import { sentence } from "./troubles.ts";
import { phone } from "./view.ts";

/** Somebody who is in already. */
export interface Present {
  user_id: string;
  name: string;
}

/** What of a class is kept. */
type Told = Pick<Everybody, "recording" | "cameras">;

interface Everybody {
  items: Present[];
  recording: Recorded | "soon";
  cameras: boolean;
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
/** Milliseconds within which a server answers over a good line, and over one that will do. */
const GOOD = 150;
const FAIR = 400;
const SEGMENTS = { desk: 11, phone: 22 };

export function Lobby({ room, me, present }: LobbyProps): VNode {
  const level = useSignal(0);
  const heard = useSignal(false);
  useMeter(room, level, heard);
  const people = useSignal(present);
  const answered = useSignal<number | undefined>(undefined);
  const recorded = useSignal<Told>({ recording: "off", cameras: false });
  useNews(room, people, answered, recorded);
  return (
    <main class="lobby" id="content">
      <div class="lobby-self">
        <Preview room={room} me={me} answered={answered} />
        <div class="lobby-devices">
          {room.may("microphone") && (
            <DeviceLine room={room} kind="microphone">
              {!phone.value && <Level level={level} />}
            </DeviceLine>
          )}
          {!phone.value && (
            <DeviceLine room={room} kind="speaker">
              <TestSound room={room} />
            </DeviceLine>
          )}
          {room.may("camera") && <DeviceLine room={room} kind="camera" />}
        </div>
        <Ready room={room} heard={heard} />
        {phone.value && <Level level={level} />}
      </div>
      <div class="lobby-class">
        <h1>{room.place.title}</h1>
        {!room.place.veiled && <In people={people} />}
        {room.place.guest ? <GuestName guest={room.place.guest} /> : <Me me={me} />}
        <Kept recorded={recorded.value} />
        {room.line.value === "outside" ? <Outside room={room} /> : <Join room={room} />}
      </div>
    </main>
  );
}

/** Told before anybody comes in: what of them is kept. */
function Kept({ recorded: { recording, cameras } }: { recorded: Told }): VNode {
  const titles = {
    on: t("room.recorded.title"),
    paused: t("room.recordingPaused.title"),
    soon: t("room.recordedSoon.title"),
    off: t("room.notRecorded.title"),
  };
  const kept = cameras ? t("room.recorded.all") : t("room.recorded.text");
  return (
    <div class="lobby-note">
      <Icon name={recording === "off" ? "shield-check" : "circle-dot"} />
      <p>
        <strong>{titles[recording]}</strong>
        {recording === "off" ? t("room.notRecorded.text") : kept}
      </p>
    </div>
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

function Called({ name }: { name: string }): VNode | null {
  return name ? <span class="lobby-name">{name}</span> : null;
}

interface PreviewProps {
  room: Classroom;
  me: Present;
  answered: Signal<number | undefined>;
}

function Preview({ room, me, answered }: PreviewProps): VNode {
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
      <Called name={room.place.guest?.name.value ?? me.name} />
      {answered.value !== undefined && <Line within={answered.value} />}
      <div class="lobby-switches">
        {room.may("microphone") && (
          <Switch room={room} kind="microphone" off={t("room.mute")} on={t("room.unmute")} />
        )}
        {room.may("camera") && (
          <Switch room={room} kind="camera" off={t("room.cameraOff")} on={t("room.cameraOn")} />
        )}
        {room.blur.possible.value && <BlurSwitch room={room} />}
      </div>
    </div>
  );
}

/** How quickly the server answers: a class is as lively as that. */
function Line({ within }: { within: number }): VNode {
  const good = within < GOOD ? 3 : within < FAIR ? 2 : 1;
  return (
    <span class="lobby-line" title={t("room.quality")}>
      <Bars good={good} />
      {t("room.answers", { milliseconds: within })}
    </span>
  );
}

function BlurSwitch({ room }: { room: Classroom }): VNode {
  const { on } = room.blur;
  return (
    <button
      type="button"
      class={`control control-round${on.value ? " control-lit" : ""}`}
      aria-label={t("room.blur")}
      aria-pressed={on.value}
      data-tip={t("room.blur")}
      onClick={() => void room.blur.turn(!on.value)}
    >
      <Icon name="sparkles" kind="large" />
    </button>
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

function TestSound({ room }: { room: Classroom }): VNode {
  const busy = useSignal(false);
  const test = async () => {
    if (busy.value) return;
    busy.value = true;
    await chime(room.devices.chosen.value.speaker).catch(() => undefined);
    busy.value = false;
  };
  return (
    <button type="button" class="device-test" onClick={() => void test()}>
      {busy.value ? t("room.speaker.plays") : t("room.speaker.test")}
    </button>
  );
}

/** Where one says who one is; the name itself is kept with the account. */
function Me({ me }: { me: Present }): VNode {
  return (
    <div class="lobby-me">
      <p>
        <span class="tiny faint">{t("room.name")}</span>
        <strong class="clip">{me.name}</strong>
      </p>
      <a href="/profile">{t("room.name.change")}</a>
    </div>
  );
}

/** What is wrong with the devices, where it is mended, and a way to try again. */
function Troubles({ room, kinds }: { room: Classroom; kinds: Kind[] }): VNode {
  const { devices } = room;
  const sentences = new Set(
    kinds.map((kind) => sentence(kind, devices[kind].trouble.value ?? "busy")),
  );
  const denied = kinds.some((kind) => devices[kind].trouble.value === "denied");
  const again = kinds.filter((kind) => devices[kind].trouble.value !== "insecure");
  return (
    <div class="banner banner-chalk" role="status">
      <Icon name="circle-alert" />
      <div class="grow">
        {[...sentences].map((text) => (
          <p key={text}>{text}</p>
        ))}
        {denied && (
          <p>{howToAllow(browserOf(navigator.userAgent, navigator.maxTouchPoints > 1))}</p>
        )}
      </div>
      {again.length > 0 && (
        <Button size="small" onClick={() => void retry(room, again)}>
          {t("room.devices.again")}
        </Button>
      )}
    </div>
  );
}

async function retry({ devices }: Classroom, kinds: Kind[]): Promise<void> {
  for (const kind of kinds) devices[kind].on.value = true;
  await devices.open(kinds);
}

function Ready({ room, heard }: { room: Classroom; heard: Signal<boolean> }): VNode {
  const { camera, microphone, asking } = room.devices;
  const broken = (["microphone", "camera"] as const).filter(
    (kind) => room.may(kind) && room.devices[kind].trouble.value,
  );
  if (broken.length > 0) return <Troubles room={room} kinds={broken} />;
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

function useNews(
  room: Classroom,
  people: Signal<Present[]>,
  answered: Signal<number | undefined>,
  recorded: Signal<Told>,
): void {
  useEffect(() => {
    const path = `/room/${room.place.roomId}/people`;
    const ask = async () => {
      const from = performance.now();
      const answer = await http.get<Everybody>(path).catch(() => undefined);
      if (!answer) return;
      people.value = answer.items;
      recorded.value = answer;
      // The quickest of them says most: the others waited for something else.
      const took = Math.round(performance.now() - from);
      answered.value = Math.min(answered.value ?? took, took);
    };
    void ask();
    const timer = setInterval(ask, ASKED);
    return () => clearInterval(timer);
  }, [room, people, answered, recorded]);
}

function In({ people }: { people: Signal<Present[]> }): VNode {
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
        onClick={() => !busy && void room.join()}
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

/** For this class alone: the next one begins as one likes it. */
function listenOnly(room: Classroom): void {
  void room.devices.turn("camera", false);
  void room.devices.turn("microphone", false);
  void room.join();
}
