/** What is in the library, as the server tells it. */

export type MediaKind = "video" | "audio" | "image" | "document" | "file" | "link";
export type MediaState = "uploading" | "processing" | "ready" | "failed";

export interface Alike {
  id: string;
  title: string;
  created_at: string;
  uses: number;
}

export interface Media {
  id: string;
  owner_name: string;
  kind: MediaKind;
  title: string;
  description: string;
  tags: string[];
  visibility: "private" | "unlisted" | "public";
  state: MediaState;
  reason: string;
  file_name: string;
  content_type: string;
  bytes: number;
  link: string;
  seconds: number | null;
  uses: number;
  file: string | null;
  poster: string | null;
  /** Whether it can be played in all sizes. */
  streams: boolean;
  created_at: string;
  alike: Alike[];
}

export interface MediaPage {
  items: Media[];
  next: string | null;
}

/** "8:12", "1:22:40". */
export function lasts(seconds: number): string {
  const whole = Math.round(seconds);
  const parts = [Math.floor(whole / 60) % 60, whole % 60].map((n) => String(n).padStart(2, "0"));
  const hours = Math.floor(whole / 3600);
  return hours > 0 ? `${hours}:${parts.join(":")}` : parts.join(":").replace(/^0/, "");
}

/** "300 MB": three figures at most, in steps of a thousand, as disks and browsers count. */
export function weighs(bytes: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let size = bytes;
  let unit = 0;
  while (size >= 999.5 && unit < units.length - 1) {
    size /= 1000;
    unit += 1;
  }
  const figures = size < 9.95 && unit > 0 ? size.toFixed(1) : String(Math.round(size));
  return `${figures} ${units[unit]}`;
}
