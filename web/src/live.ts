/** The one socket of a page, opened by the first part that needs it. */
import { Live } from "./protocol/socket.ts";

let live: Live | undefined;

export function connect(later = false): Live {
  live ??= new Live({ later });
  return live;
}
