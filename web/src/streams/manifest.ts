/** A multivariant playlist without its sound. */

const SOUND = /^(mp4a|opus|Opus|ac-3|ec-3|fLaC|flac)/;

export function alone(text: string): string {
  const lines: string[] = [];
  const seen = new Set<string>();
  let told: string | undefined;
  for (const line of text.split("\n")) {
    if (line.startsWith("#EXT-X-MEDIA:TYPE=AUDIO")) continue;
    if (line.startsWith("#EXT-X-STREAM-INF:")) {
      told = withoutSound(line);
    } else if (told !== undefined && line && !line.startsWith("#")) {
      // The same picture stands there once for each kind of sound.
      if (!seen.has(line)) lines.push(told, line);
      seen.add(line);
      told = undefined;
    } else {
      lines.push(line);
    }
  }
  return lines.join("\n");
}

function withoutSound(line: string): string {
  return line.replace(/,AUDIO="[^"]*"/, "").replace(/CODECS="([^"]*)"/, (_, codecs: string) => {
    const kept = codecs.split(",").filter((codec) => !SOUND.test(codec));
    return `CODECS="${kept.join(",")}"`;
  });
}
