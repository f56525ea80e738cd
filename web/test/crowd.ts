/** Many people in one page: each with a socket, a drawn face that moves, and sound if they speak. */
import { Room } from "../src/protocol/room.ts";
import { Sending } from "../src/protocol/sending.ts";
import { Live } from "../src/protocol/socket.ts";

export interface Extra {
  token: string;
  room: string;
  /** Which face; none without. */
  face?: number;
  speaks?: boolean;
  hand?: boolean;
  /** Shares a drawn slide. */
  shares?: boolean;
  width?: number;
  height?: number;
}

/** Pictures a second: enough to see that it moves, and cheap to encode for many. */
const RATE = 5;

const SKIN = ["#f1c9a5", "#8d5a3b", "#d9a077", "#6b4230", "#e8b48c", "#b87f56"];
const HAIR = ["#2b1d16", "#6a3b1e", "#101014", "#c99a4b", "#3c2a22", "#7d7f86"];
const SHIRT = ["#2f6b57", "#a7443a", "#d0a63a", "#7a4f9a", "#34567d", "#566675", "#b9603c"];
const WALL = [
  ["#c8bfae", "#9a8f7d"],
  ["#8fa39b", "#5f756d"],
  ["#b7b9c4", "#80889a"],
  ["#d8c3ab", "#a98c70"],
  ["#7c8f86", "#41554d"],
];

function pick<T>(all: readonly T[], n: number): T {
  return all[n % all.length] as T;
}

function oval(g: CanvasRenderingContext2D, x: number, y: number, a: number, b: number): void {
  g.beginPath();
  g.ellipse(x, y, a, b, 0, 0, 2 * Math.PI);
  g.fill();
}

/** In a square of 100 around the middle, whatever the size of the canvas. */
function face(g: CanvasRenderingContext2D, who: number, time: number): void {
  const { width, height } = g.canvas;
  const unit = height / 100;
  const wall = g.createLinearGradient(0, 0, width, height);
  for (const [at, colour] of pick(WALL, who).entries()) wall.addColorStop(at, colour);
  g.setTransform(1, 0, 0, 1, 0, 0);
  g.fillStyle = wall;
  g.fillRect(0, 0, width, height);
  const sway = Math.sin(time / 900 + who) * 0.8;
  const close = unit * 1.25;
  g.setTransform(close, 0, 0, close, width / 2 + sway * unit, -8 * unit);
  g.fillStyle = pick(HAIR, who * 5 + 1);
  if (who % 3 !== 1) oval(g, 0, 46, 21, who % 3 === 0 ? 30 : 24);
  g.fillStyle = pick(SHIRT, who * 3 + 2);
  oval(g, 0, 108, 40, 32);
  g.fillStyle = pick(SKIN, who + 1);
  g.fillRect(-6, 60, 12, 20);
  oval(g, 0, 78, 9, 7);
  oval(g, 0, 47, 17, 21);
  g.fillStyle = pick(HAIR, who * 5 + 1);
  g.beginPath();
  g.ellipse(0, 38, 18, 16, 0, Math.PI, 2 * Math.PI);
  g.fill();
  g.fillStyle = "#1d1613";
  const blink = Math.floor(time / 200 + who * 3) % 19 === 0 ? 0.3 : 1.9;
  oval(g, -6.5, 47, 1.6, blink);
  oval(g, 6.5, 47, 1.6, blink);
  g.strokeStyle = "#7c2f2a";
  g.lineWidth = 1.3;
  g.beginPath();
  g.arc(0, 54, 6, 0.25 * Math.PI, 0.75 * Math.PI);
  g.stroke();
}

function slide(g: CanvasRenderingContext2D, time: number): void {
  const { width, height } = g.canvas;
  const unit = width / 160;
  g.setTransform(unit, 0, 0, unit, 0, 0);
  g.fillStyle = "#fffdf7";
  g.fillRect(0, 0, 160, height / unit);
  g.fillStyle = "#1d6a50";
  g.fillRect(0, 0, 1.4, height / unit);
  g.fillStyle = "#5f6963";
  g.font = "500 3.6px sans-serif";
  g.fillText("Unit 4 · Quadratic inequalities", 10, 14);
  g.fillStyle = "#17201b";
  g.font = "650 6.4px sans-serif";
  g.fillText("Where is the curve below the axis?", 10, 24);
  g.font = "500 4.6px sans-serif";
  const steps = ["x² − 4x + 3 ≤ 0", "1  Factorise", "2  Find the roots", "3  Look between"];
  for (const [row, text] of steps.entries()) g.fillText(text, 10, 40 + row * 9);
  g.strokeStyle = "#1d6a50";
  g.lineWidth = 0.9;
  g.beginPath();
  for (let x = -2; x <= 2; x += 0.1) g.lineTo(118 + x * 14, 62 - (1 - x * x) * -9 - 4);
  g.stroke();
  g.strokeStyle = "#47514b";
  g.lineWidth = 0.4;
  g.strokeRect(86, 58, 66, 0.01);
  g.fillStyle = "#f4be4f";
  oval(g, 118 + Math.sin(time / 1_500) * 14, 58, 1.2, 1.2);
}

function picture(
  size: { width: number; height: number },
  draw: (g: CanvasRenderingContext2D, time: number) => void,
): MediaStreamTrack {
  const canvas = Object.assign(document.createElement("canvas"), size);
  const g = canvas.getContext("2d");
  if (!g) throw new Error("no canvas");
  const again = () => draw(g, performance.now());
  again();
  setInterval(again, 1_000 / RATE);
  const [track] = canvas.captureStream(RATE).getVideoTracks();
  if (!track) throw new Error("no track");
  return track;
}

function voice(): MediaStreamTrack {
  const context = new AudioContext();
  const tone = new OscillatorNode(context, { frequency: 180 });
  const out = context.createMediaStreamDestination();
  // Words and pauses: what is always there is a noise, and nobody speaks.
  const mouth = new GainNode(context);
  tone.connect(mouth).connect(out);
  tone.start();
  setInterval(() => {
    mouth.gain.value = Math.random() < 0.75 ? 1 : 0;
  }, 250);
  void context.resume();
  return out.stream.getAudioTracks()[0] as MediaStreamTrack;
}

function enter(extra: Extra): Promise<Room> {
  const { token, room, width = 320, height = 180 } = extra;
  const live = new Live({ auth: async () => ({ token }) });
  const sending = new Sending({ onProblem: (_, error) => reportError(error) });
  return new Promise((done, failed) => {
    const there: Room = new Room(live, room, {
      onRoster: () => undefined,
      onRights: ({ publish }) => sending.allow(publish),
      onMedia: (media) => sending.use(media),
      onState: (state, why) => {
        if (state === "open") done(there);
        else if (state === "refused" || state === "left") failed(new Error(JSON.stringify(why)));
      },
    });
    const of = extra.face;
    if (of !== undefined) {
      sending.want(
        "camera",
        picture({ width, height }, (g, time) => face(g, of, time)),
        true,
      );
    }
    if (extra.speaks) sending.want("microphone", voice(), true);
    if (extra.shares) sending.want("screen", picture({ width: 1600, height: 900 }, slide), true);
  });
}

const inside: Room[] = [];

/** One after the other, so that they sit in this order. */
async function crowd(extras: Extra[]): Promise<void> {
  for (const extra of extras) {
    const room = await enter(extra);
    inside.push(room);
    if (extra.hand) await room.call("room.hand", { raised: true });
  }
}

/** In a page that is looked at: a camera that shows a face, and devices with names. */
function beSeen(who: number): void {
  const { mediaDevices } = navigator;
  const open = mediaDevices.getUserMedia.bind(mediaDevices);
  const size = { width: 1280, height: 720 };
  mediaDevices.getUserMedia = async ({ audio, video } = {}) => {
    const stream = audio ? await open({ audio }) : new MediaStream();
    if (video) stream.addTrack(picture(size, (g, time) => face(g, who, time)));
    return stream;
  };
  const named = (kind: MediaDeviceKind, label: string) => ({ kind, label, deviceId: label });
  mediaDevices.enumerateDevices = async () =>
    [
      named("audioinput", "Headset"),
      named("audiooutput", "Headset"),
      named("videoinput", "Laptop camera"),
    ] as MediaDeviceInfo[];
}

Object.assign(window, {
  crowd,
  beSeen,
  /** What one of them does, by its event; whom it is about, by their number. */
  does: (at: number, event: string, body: object, about?: number) =>
    inside[at]?.call(event, {
      ...body,
      ...(about !== undefined && { participant: inside[about]?.joined?.me.id }),
    }),
  leaves: (at: number) => inside[at]?.leave(),
  raise: (at: number, raised = true) => inside[at]?.call("room.hand", { raised }),
});
