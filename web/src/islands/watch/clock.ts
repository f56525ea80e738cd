/** Moments of a recording, as people read them. */

/** "4:05", "1:02:09". */
export function clock(seconds: number): string {
  const all = Math.max(0, Math.floor(seconds));
  const [h, m, s] = [Math.floor(all / 3600), Math.floor(all / 60) % 60, all % 60];
  const two = (n: number) => String(n).padStart(2, "0");
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}

/** Whole minutes, for a sentence; what is shorter is one. */
export function minutes(seconds: number): number {
  return Math.max(1, Math.round(seconds / 60));
}

/** `?t=` as people and programs write it: "90", "1m30s", "1:30". */
export function momentOf(text: string | null): number | undefined {
  if (!text) return undefined;
  if (/^\d+(\.\d+)?s?$/.test(text)) return Number.parseFloat(text);
  if (/^\d+(:\d{1,2}){1,2}$/.test(text)) {
    return text.split(":").reduce((sum, part) => sum * 60 + Number(part), 0);
  }
  const parts = /^(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?$/.exec(text);
  if (!parts) return undefined;
  const [, h = "0", m = "0", s = "0"] = parts;
  return Number(h) * 3600 + Number(m) * 60 + Number(s);
}
