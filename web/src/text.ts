/** Fills a sentence. The build puts the sentence where the key stands (build/texts.mjs). */
export function t<K extends keyof Texts>(key: K, ...[values]: Texts[K]): string {
  const filled: Record<string, string | number> = values ?? {};
  return key.replace(/\{(\w+)\}/g, (whole, name: string) => String(filled[name] ?? whole));
}
