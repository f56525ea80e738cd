/** Languages in which classes are held, by their names in English; others come over the API. */
const CODES =
  "af sq am ar hy az eu be bn bs bg ca zh hr cs da nl en et fil fi fr gl ka de el gu ha he hi hu " +
  "is ig id ga it ja kn kk km rw ko ku ky lo lv lt lb mk ms ml mt mr mn my ne no ps fa pl pt " +
  "pt-BR pa qu ro ru sr si sk sl so es sw sv ta te th ti tr uk ur uz vi cy xh yo zu";

export const LANGUAGES: readonly string[] = sorted(CODES.split(" "));

function sorted(codes: string[]): string[] {
  const names = new Intl.DisplayNames(["en"], { type: "language" });
  const rest = codes
    .filter((code) => code !== "en")
    .sort((a, b) => (names.of(a) ?? a).localeCompare(names.of(b) ?? b));
  return ["en", ...rest];
}
