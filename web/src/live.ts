/** The one socket of a page, opened by the first part that needs it. */
import { Live } from "./protocol/socket.ts";

let live: Live | undefined;

export function connect(): Live {
  live ??= new Live();
  return live;
}
