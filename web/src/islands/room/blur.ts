/** The background of one's camera out of focus, where the system does it (and only there). */
import { computed, effect, type ReadonlySignal, type Signal, signal } from "@preact/signals";

interface Blurring {
  backgroundBlur?: boolean[];
}

export class Blur {
  readonly possible: ReadonlySignal<boolean>;
  readonly on: Signal<boolean> = signal(false);
  readonly #camera: ReadonlySignal<MediaStreamTrack | undefined>;

  constructor(camera: ReadonlySignal<MediaStreamTrack | undefined>) {
    this.#camera = camera;
    // A camera that blurs always, or never, leaves nothing to choose.
    this.possible = computed(() => offers(camera.value)?.length === 2);
    // Another camera, or the same one switched on again, begins without it.
    effect(() => {
      if (camera.value && this.on.peek()) void this.#apply(true);
    });
  }

  async turn(on: boolean): Promise<void> {
    this.on.value = on;
    await this.#apply(on);
  }

  async #apply(on: boolean): Promise<void> {
    const track = this.#camera.value;
    if (!track || !offers(track)?.includes(on)) return;
    const wanted = { backgroundBlur: on } as MediaTrackConstraints;
    await track.applyConstraints({ ...track.getConstraints(), ...wanted }).catch(() => {
      this.on.value = false;
    });
  }
}

function offers(track: MediaStreamTrack | undefined): boolean[] | undefined {
  // Only some browsers know what a track could do.
  return (track?.getCapabilities?.() as Blurring | undefined)?.backgroundBlur;
}
