/** One's own camera and microphone: opened, chosen, switched, and what is wrong with them. */
import { type Signal, signal } from "@preact/signals";

export type Kind = "camera" | "microphone";
/** Why a device gives nothing; each has a sentence for people (troubles.ts). */
export type Trouble = "denied" | "missing" | "busy" | "insecure" | "lost";

export interface Choice {
  id: string;
  label: string;
}

type Source = Pick<
  MediaDevices,
  "getUserMedia" | "enumerateDevices" | "addEventListener" | "removeEventListener"
>;
type Kept = Pick<Storage, "getItem" | "setItem">;

const KINDS: Kind[] = ["microphone", "camera"];
const INPUTS: Record<Kind | "speaker", MediaDeviceKind> = {
  camera: "videoinput",
  microphone: "audioinput",
  speaker: "audiooutput",
};
const WANTED: Record<Kind, MediaTrackConstraints> = {
  camera: { width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 30, max: 30 } },
  microphone: { echoCancellation: true, noiseSuppression: true, autoGainControl: true },
};
const STORED = "vtp.devices";
/** Those that somebody left off before class the last time. */
const STORED_OFF = "vtp.devices.off";

/** What is known of one device. */
export class Device {
  readonly track: Signal<MediaStreamTrack | undefined> = signal(undefined);
  /** Whether one wants it on; what is on may still have its trouble. */
  readonly on: Signal<boolean> = signal(true);
  readonly trouble: Signal<Trouble | undefined> = signal(undefined);
  readonly choices: Signal<Choice[]> = signal([]);
}

export class Devices {
  readonly camera = new Device();
  readonly microphone = new Device();
  readonly speakers: Signal<Choice[]> = signal([]);
  readonly chosen: Signal<Partial<Record<Kind | "speaker", string>>>;
  /** The browser asks the person right now. */
  readonly asking = signal(false);
  readonly #source: Source | undefined;
  readonly #kept: Kept | undefined;
  #closed = false;

  constructor(source: Source | undefined, kept?: Kept) {
    this.#source = source;
    this.#kept = kept;
    this.chosen = signal(read(kept, STORED) ?? {});
    for (const kind of read<Kind[]>(kept, STORED_OFF) ?? []) {
      if (KINDS.includes(kind)) this[kind].on.value = false;
    }
    source?.addEventListener("devicechange", this.#listed);
  }

  /** Asks for both at once, so that the browser asks the person once. */
  async open(kinds: Kind[] = KINDS): Promise<void> {
    if (!this.#source) {
      for (const kind of kinds) this.#fail(kind, "insecure");
      return;
    }
    this.asking.value = true;
    try {
      if (!(await this.#get(kinds)) && kinds.length > 1) {
        // One of them may work without the other.
        for (const kind of kinds) await this.#get([kind]);
      }
    } finally {
      this.asking.value = false;
      await this.#listed();
    }
  }

  /** A camera that is off is not looked through: its light goes out. */
  async turn(kind: Kind, on: boolean): Promise<void> {
    const device = this[kind];
    device.on.value = on;
    if (!on && kind === "camera") this.#drop(kind);
    else if (on && !device.track.value) await this.open([kind]);
    // The camera may have been switched off again while the browser asked.
    if (kind === "camera" && !device.on.value) this.#drop(kind);
  }

  async choose(kind: Kind | "speaker", id: string): Promise<void> {
    this.chosen.value = { ...this.chosen.value, [kind]: id };
    this.#kept?.setItem(STORED, JSON.stringify(this.chosen.value));
    if (kind === "speaker" || !this[kind].on.value) return;
    // Two cameras at once are more than many a phone can do; what others see stays until then.
    this[kind].track.value?.stop();
    await this.open([kind]);
  }

  /** What is on and off now is how the next class begins. */
  remember(): void {
    const off = KINDS.filter((kind) => !this[kind].on.value);
    this.#kept?.setItem(STORED_OFF, JSON.stringify(off));
  }

  label(kind: Kind): string {
    return this[kind].track.value?.label ?? "";
  }

  close(): void {
    this.#closed = true;
    this.#source?.removeEventListener("devicechange", this.#listed);
    for (const kind of KINDS) this.#drop(kind);
  }

  async #get(kinds: Kind[]): Promise<boolean> {
    try {
      const stream = await this.#source?.getUserMedia(this.#constraints(kinds));
      for (const track of stream?.getTracks() ?? []) this.#take(track);
      return true;
    } catch (error) {
      for (const kind of kinds) this.#fail(kind, troubleOf(error));
      return false;
    }
  }

  #constraints(kinds: Kind[]): MediaStreamConstraints {
    const of = (kind: Kind) => {
      if (!kinds.includes(kind)) return false;
      const id = this.chosen.value[kind];
      // What is wished, not what is demanded: a device that is gone has another in its place.
      return { ...WANTED[kind], ...(id && { deviceId: { ideal: id } }) };
    };
    return { audio: of("microphone"), video: of("camera") };
  }

  #take(track: MediaStreamTrack): void {
    const kind = track.kind === "video" ? "camera" : "microphone";
    if (this.#closed) {
      track.stop();
      return;
    }
    this.#drop(kind);
    const device = this[kind];
    device.track.value = track;
    device.trouble.value = undefined;
    track.addEventListener("ended", () => {
      if (device.track.value === track) this.#fail(kind, "lost");
    });
  }

  #fail(kind: Kind, trouble: Trouble): void {
    this.#drop(kind);
    this[kind].trouble.value = trouble;
    this[kind].on.value = false;
  }

  #drop(kind: Kind): void {
    this[kind].track.value?.stop();
    this[kind].track.value = undefined;
  }

  readonly #listed = async (): Promise<void> => {
    const all = (await this.#source?.enumerateDevices().catch(() => [])) ?? [];
    const of = (kind: Kind | "speaker") =>
      all
        // Without a permission a browser tells of devices that have neither id nor name.
        .filter((one) => one.kind === INPUTS[kind] && one.deviceId && one.label)
        .map(({ deviceId, label }) => ({ id: deviceId, label }));
    this.camera.choices.value = of("camera");
    this.microphone.choices.value = of("microphone");
    this.speakers.value = of("speaker");
  };
}

export function troubleOf(error: unknown): Trouble {
  const name = error instanceof Error || error instanceof DOMException ? error.name : "";
  if (name === "NotAllowedError" || name === "SecurityError") return "denied";
  if (name === "NotFoundError" || name === "OverconstrainedError") return "missing";
  return "busy"; // NotReadableError, AbortError: it is there and gives nothing
}

function read<T>(kept: Kept | undefined, key: string): T | undefined {
  try {
    return JSON.parse(kept?.getItem(key) ?? "null") ?? undefined;
  } catch {
    return undefined;
  }
}
