/** How a track is sent: codecs, sizes and rates. */
import type { types } from "mediasoup-client";
import type { Source } from "./wire.ts";

type How = Pick<types.ProducerOptions, "encodings" | "codec" | "codecOptions">;

/** Cameras in three sizes, so that each viewer gets what fits; screens in one, sharp. */
export function howToSend(
  device: Pick<types.Device, "sendRtpCapabilities">,
  track: MediaStreamTrack,
  source: Source,
  mime?: string,
): How {
  if (track.kind === "audio") return { codecOptions: AUDIO[source] ?? {} };
  if (source === "screen") {
    return { encodings: [SCREEN], codecOptions: START, ...chosen(device, mime) };
  }
  return { encodings: layersFor(track), codecOptions: START, ...chosen(device, mime) };
}

/** kbit/s; browsers begin far lower, and a class would see mud for its first ten seconds. */
const START = { videoGoogleStartBitrate: 1_500 };
const SCREEN = { maxBitrate: 2_500_000 };

const AUDIO: Partial<Record<Source, types.ProducerCodecOptions>> = {
  // Without `opusNack` a browser keeps nothing of what it says, and cannot say it again.
  microphone: { opusDtx: true, opusFec: true, opusNack: true, opusStereo: false },
  screen_audio: {
    opusDtx: false,
    opusFec: true,
    opusNack: true,
    opusStereo: true,
    opusMaxAverageBitrate: 128_000,
  },
};

const LARGE = [
  { scaleResolutionDownBy: 4, maxBitrate: 200_000 },
  { scaleResolutionDownBy: 2, maxBitrate: 600_000 },
  { scaleResolutionDownBy: 1, maxBitrate: 1_700_000 },
];
const MIDDLE = [
  { scaleResolutionDownBy: 2, maxBitrate: 200_000 },
  { scaleResolutionDownBy: 1, maxBitrate: 700_000 },
];
const SMALL = [{ maxBitrate: 400_000 }];

/** A small camera has fewer layers: below a quarter of 640 nobody recognises a face. */
function layersFor(track: MediaStreamTrack): types.RtpEncodingParameters[] {
  const { width = 1280, height = 720 } = track.getSettings();
  const side = Math.max(width, height);
  return side >= 960 ? LARGE : side >= 480 ? MIDDLE : SMALL;
}

function chosen(
  { sendRtpCapabilities }: Pick<types.Device, "sendRtpCapabilities">,
  mime?: string,
): Pick<How, "codec"> {
  const wanted = mime?.toLowerCase();
  const codec = sendRtpCapabilities.codecs?.find((one) => one.mimeType.toLowerCase() === wanted);
  return codec ? { codec } : {};
}
