/** The avatar of templates/macros/ui.html, for islands: the same initials, the same colours. */
import type { VNode } from "preact";

interface AvatarProps {
  id: string;
  name: string;
  url: string;
  size?: "tiny" | "small" | "large" | "huge";
}

const PAIRS = 7;

export function Avatar({ id, name, url, size }: AvatarProps): VNode {
  const classes = `avatar avatar-${pairOf(id)}${size ? ` avatar-${size}` : ""}`;
  return (
    <span class={classes} aria-hidden="true">
      {url ? <img src={sized(url, size)} alt="" width={88} height={88} /> : initials(name)}
    </span>
  );
}

/** 96 px unless said otherwise; the largest place wants more on a fine screen. */
function sized(url: string, size: AvatarProps["size"]): string {
  return size === "huge" ? `${url}&size=512` : url;
}

/** 1 to 7, from the end of the id, where a UUIDv7 is random. */
export function pairOf(id: string): number {
  const tail = Number.parseInt(id.slice(-4), 16);
  return (Number.isNaN(tail) ? 0 : tail % PAIRS) + 1;
}

export function initials(name: string): string {
  const words = name.split(/\s+/).filter(Boolean);
  const [first = "?"] = words;
  const last = words.length > 1 ? words.at(-1) : "";
  return ([...first].slice(0, 1).join("") + [...(last ?? "")].slice(0, 1).join("")).toUpperCase();
}
