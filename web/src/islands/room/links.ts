/** Addresses in what somebody wrote: only http and https, and only as what they are. Pure. */

export type Piece = string | { href: string; text: string };

const ADDRESS = /https?:\/\/[^\s/<>"'`][^\s<>"'`]*/gi;
const TRAILING = /[.,;:!?…]+$/;
const PAIRS: [string, string][] = [
  ["(", ")"],
  ["[", "]"],
];

export function pieces(text: string): Piece[] {
  const found: Piece[] = [];
  let at = 0;
  for (const { 0: raw, index } of text.matchAll(ADDRESS)) {
    const address = trimmed(raw);
    const href = safe(address);
    if (href === undefined) continue;
    if (index > at) found.push(text.slice(at, index));
    found.push({ href, text: address });
    at = index + address.length;
  }
  if (at < text.length) found.push(text.slice(at));
  return found;
}

/** What closes a sentence or a bracket around it does not belong to it. */
function trimmed(address: string): string {
  let now = address.replace(TRAILING, "");
  for (const [opens, closes] of PAIRS) {
    while (now.endsWith(closes) && now.split(closes).length > now.split(opens).length) {
      now = now.slice(0, -1).replace(TRAILING, "");
    }
  }
  return now;
}

function safe(address: string): string | undefined {
  if (!URL.canParse(address)) return undefined;
  const { protocol, hostname, username, password, href } = new URL(address);
  const named = username !== "" || password !== ""; // it could pretend to be another place
  if (!/^https?:$/.test(protocol) || hostname === "" || named) return undefined;
  return href;
}
