// As much of WebRTC as the protocol touches. With it, and without the rest of a browser, the
// protocol is checked (tsconfig.protocol.json): whatever else it used would not be known there.

interface MediaTrackSettings {
  width?: number;
  height?: number;
}

interface MediaStreamTrack {
  readonly id: string;
  readonly kind: string;
  readonly readyState: "live" | "ended";
  enabled: boolean;
  getSettings(): MediaTrackSettings;
}

interface RTCIceServer {
  urls: string | string[];
  username?: string;
  credential?: string;
}

interface RTCRtpEncodingParameters {
  active?: boolean;
}

interface RTCRtpSendParameters {
  encodings: RTCRtpEncodingParameters[];
}

interface RTCRtpSender {
  getParameters(): RTCRtpSendParameters;
  setParameters(parameters: RTCRtpSendParameters): Promise<void>;
}

type RTCStatsReport = ReadonlyMap<string, unknown>;
