/** What a device remembers of how its person likes classes to look. */

export type Keeps = Pick<Storage, "getItem" | "setItem">;

const STORED = "vtp.class";

export interface Liked {
  wish?: "auto" | "speaker" | "grid";
  /** Single keys are off. */
  keysOff?: boolean;
}

export function liked(kept: Keeps | undefined): Liked {
  try {
    const read: unknown = JSON.parse(kept?.getItem(STORED) ?? "{}");
    return typeof read === "object" && read !== null ? (read as Liked) : {};
  } catch {
    return {};
  }
}

export function keep(kept: Keeps | undefined, more: Liked): void {
  kept?.setItem(STORED, JSON.stringify({ ...liked(kept), ...more }));
}
