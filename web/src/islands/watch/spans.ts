/** Stretches of a recording, in seconds: half open, in order, none touching another. */

export type Span = readonly [number, number];

export function merged(spans: readonly Span[]): Span[] {
  const found: [number, number][] = [];
  for (const [start, end] of [...spans].sort(([a], [b]) => a - b)) {
    const last = found.at(-1);
    if (end <= start) continue;
    if (last && start <= last[1]) last[1] = Math.max(last[1], end);
    else found.push([start, end]);
  }
  return found;
}

export function total(spans: readonly Span[]): number {
  return spans.reduce((sum, [start, end]) => sum + end - start, 0);
}

/** What is not in them, up to `length`; gaps shorter than `least` are none. */
export function missing(spans: readonly Span[], length: number, least = 0): Span[] {
  const found: Span[] = [];
  let at = 0;
  for (const [start, end] of merged(spans)) {
    if (start - at > least) found.push([at, Math.min(start, length)]);
    at = Math.max(at, end);
  }
  if (length - at > least) found.push([at, length]);
  return found.filter(([start, end]) => end > start);
}

export function has(spans: readonly Span[], at: number): boolean {
  return spans.some(([start, end]) => start <= at && at < end);
}

/** How much of a stretch is in them. */
export function within(spans: readonly Span[], [from, to]: Span): number {
  return total(
    spans
      .map(([start, end]): Span => [Math.max(start, from), Math.min(end, to)])
      .filter(([start, end]) => end > start),
  );
}
