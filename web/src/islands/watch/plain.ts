/** What the browser plays by itself: a file before its sizes are made, or HLS where it knows that. */
import type { Stream, StreamNews } from "../../streams/stream.ts";

export type Playable = Pick<Stream, "choose" | "live" | "length" | "retry" | "close">;

export class Plain implements Playable {
  readonly live = undefined;
  readonly length = undefined;
  readonly #video: HTMLVideoElement;

  constructor(
    video: HTMLVideoElement,
    url: string,
    { from, news }: { from: number; news: StreamNews },
  ) {
    this.#video = video;
    video.addEventListener(
      "loadedmetadata",
      () => {
        if (from > 0) video.currentTime = from;
      },
      { once: true },
    );
    video.addEventListener("error", () => {
      const code = video.error?.code;
      if (code === MediaError.MEDIA_ERR_NETWORK) news.onAway(true);
      else if (code !== undefined) news.onBroken("codec");
    });
    video.addEventListener("playing", () => news.onAway(false));
    video.src = url;
  }

  choose(): void {}

  retry(): void {
    const at = this.#video.currentTime;
    this.#video.load();
    this.#video.currentTime = at;
  }

  close(): void {
    this.#video.removeAttribute("src");
    this.#video.load();
  }
}
