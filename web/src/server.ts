/** The page's own connection to its server. */
import { Http } from "./protocol/http.ts";

export const http = new Http({ onSignedOut });

/** The session has ended, here or elsewhere: nothing on this page works until one signs in. */
function onSignedOut(): void {
  if (!document.documentElement.dataset["user"]) return;
  const here = location.pathname + location.search;
  location.assign(`/login?next=${encodeURIComponent(here)}`);
}
