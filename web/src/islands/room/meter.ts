/** How loud a microphone is, for the eye. */
import { type Signal, signal } from "@preact/signals";

const EVERY = 80;
/** dB below full scale where the meter begins; a quiet room is about there. */
const FLOOR = -60;

export class Meter {
  /** 0 to 1 */
  readonly level: Signal<number> = signal(0);
  #context: AudioContext | undefined;
  #timer: ReturnType<typeof setInterval> | undefined;

  follow(track: MediaStreamTrack | undefined): void {
    this.stop();
    if (!track) return;
    const context = new AudioContext();
    const analyser = new AnalyserNode(context, { fftSize: 1024 });
    context.createMediaStreamSource(new MediaStream([track])).connect(analyser);
    const samples = new Float32Array(analyser.fftSize);
    this.#context = context;
    this.#timer = setInterval(() => {
      // A browser may hold it back until somebody has touched the page.
      if (context.state === "suspended" && navigator.userActivation?.hasBeenActive) {
        void context.resume();
      }
      analyser.getFloatTimeDomainData(samples);
      this.level.value = loudness(samples);
    }, EVERY);
  }

  stop(): void {
    clearInterval(this.#timer);
    void this.#context?.close();
    this.#context = undefined;
    this.level.value = 0;
  }
}

export function loudness(samples: Float32Array): number {
  const power = samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length;
  const decibels = 10 * Math.log10(Math.max(power, 1e-10));
  return Math.min(1, Math.max(0, 1 - decibels / FLOOR));
}
