/** WebVTT as the server writes it: times and plain words, in order. */

export interface Cue {
  start: number;
  until: number;
  text: string;
}

const TIMES = /^(\S+) --> (\S+)$/;
const SIGNS: Record<string, string> = { "&lt;": "<", "&gt;": ">", "&amp;": "&" };

export function cues(text: string): Cue[] {
  return text.split("\n\n").flatMap((block) => {
    const [times = "", ...words] = block.trim().split("\n");
    const found = TIMES.exec(times);
    if (!found || words.length === 0) return [];
    const [, start = "", until = ""] = found;
    return [{ start: seconds(start), until: seconds(until), text: plain(words.join("\n")) }];
  });
}

export function seconds(text: string): number {
  return text.split(":").reduce((sum, part) => sum * 60 + Number(part), 0);
}

function plain(text: string): string {
  return text.replace(/&(?:lt|gt|amp);/g, (sign) => SIGNS[sign] ?? sign);
}

/** What stands at this moment; several may speak at once. */
export function cuesAt(all: readonly Cue[], at: number): Cue[] {
  const found: Cue[] = [];
  for (let n = last(all, at); n >= 0 && found.length < 3; n -= 1) {
    const cue = all[n];
    if (!cue || cue.start < at - 60) break;
    if (cue.until > at) found.unshift(cue);
  }
  return found;
}

/** The last one that has begun; -1 before the first. They stand in order. */
export function last(all: readonly Cue[], at: number): number {
  let [low, high] = [0, all.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((all[middle]?.start ?? Number.POSITIVE_INFINITY) <= at) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** Those in which these words stand, whatever their letters look like. */
export function found(all: readonly Cue[], words: string): readonly Cue[] {
  const wanted = folded(words.trim());
  return wanted ? all.filter(({ text }) => folded(text).includes(wanted)) : all;
}

function folded(text: string): string {
  return text.normalize("NFD").replace(/\p{M}/gu, "").replace(/\s+/g, " ").toLowerCase();
}
