/** One's own screen, as long as it is shared. */
import { type Signal, signal } from "@preact/signals";

export class Screen {
  readonly video: Signal<MediaStreamTrack | undefined> = signal(undefined);
  readonly audio: Signal<MediaStreamTrack | undefined> = signal(undefined);
  #onChange: () => void = () => undefined;

  static get possible(): boolean {
    return typeof navigator.mediaDevices?.getDisplayMedia === "function";
  }

  /** Rejects only when it does not work; whoever changes their mind shares nothing. */
  async start(onChange: () => void): Promise<void> {
    let stream: MediaStream;
    try {
      stream = await navigator.mediaDevices.getDisplayMedia({
        video: { frameRate: { max: 30 } },
        audio: true,
      });
    } catch (error) {
      if (error instanceof DOMException && error.name === "NotAllowedError") return;
      throw error;
    }
    this.#onChange = onChange;
    const [video] = stream.getVideoTracks();
    if (!video) return;
    // Letters must stay sharp; that they move smoothly matters less.
    video.contentHint = "detail";
    video.addEventListener("ended", () => this.stop());
    this.video.value = video;
    this.audio.value = stream.getAudioTracks()[0];
  }

  stop(): void {
    if (!this.video.value) return;
    this.video.value.stop();
    this.audio.value?.stop();
    this.video.value = undefined;
    this.audio.value = undefined;
    this.#onChange();
  }
}
