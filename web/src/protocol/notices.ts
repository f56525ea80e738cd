/** What the server tells people, as it comes over the line. */

export interface Notice {
  id: string;
  kind: string;
  text: string;
  icon: string;
  link: string;
  created_at: string;
  read: boolean;
}

export interface Unread {
  unread: number;
}

export const CHANGED = "notices.changed";
export const PATH = "/api/v1/notices";

/** "3", and "99+" where nobody counts any more. */
export function counted(unread: number): string {
  return unread > 99 ? "99+" : String(unread);
}
