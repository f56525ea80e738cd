/** A picture that leaves the page takes what is said along: in a track of its own, drawn by the browser. */
import { effect, signal } from "@preact/signals";
import type { Captions } from "./captions.ts";
import type { Cue } from "./cues.ts";

const LEAVES = ["enterpictureinpicture", "leavepictureinpicture"];
/** The full screen of phones that give a page none. */
const FULL = ["webkitbeginfullscreen", "webkitendfullscreen"];

export function takeAlong(video: HTMLVideoElement, captions: Captions): void {
  const alone = signal(false);
  for (const name of [...LEAVES, ...FULL]) {
    video.addEventListener(name, () => {
      alone.value = isAlone(video);
    });
  }
  let track: TextTrack | undefined;
  effect(() => {
    const shown = alone.value && captions.shown.value;
    if (!shown) {
      if (track) track.mode = "disabled";
      return;
    }
    // Without a label hls.js does not take it for one of its own.
    track ??= video.addTextTrack("captions");
    track.mode = "showing";
    fill(track, captions.said.value);
  });
}

function isAlone(video: HTMLVideoElement): boolean {
  const full = "webkitDisplayingFullscreen" in video && video.webkitDisplayingFullscreen === true;
  return full || document.pictureInPictureElement === video;
}

function fill(track: TextTrack, said: readonly Cue[]): void {
  for (const cue of [...(track.cues ?? [])]) track.removeCue(cue);
  for (const { start, until, text } of said) {
    track.addCue(new VTTCue(start, until, escaped(text)));
  }
}

/** What is said has no markup. */
function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}
