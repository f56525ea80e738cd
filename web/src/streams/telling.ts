/** Sends what a meter says: seldom, without anybody waiting for it, and once more on leaving. */
import { http } from "../server.ts";
import { connectionOf, Meter, type Play } from "./meter.ts";

const PATH = "/api/v1/analytics/plays";
/** ms; the last word counts, so a lost one is no loss. */
const EVERY = 30_000;

/** A meter that is told as long as the page is open; who is not signed in tells nothing. */
export function telling(
  kind: Play["kind"],
  of: string,
  reached: () => boolean,
): { meter: Meter; end: () => void } {
  const line = (navigator as { connection?: object }).connection;
  const meter = new Meter(crypto.randomUUID(), kind, of, connectionOf(line));
  if (!document.documentElement.dataset["user"]) return { meter, end: () => undefined };
  let told = "";
  const fresh = () => {
    const now = JSON.stringify(meter.said);
    // What cannot arrive is not sent: the next word has it, too.
    if (!meter.begun || now === told || !reached()) return false;
    told = now;
    return true;
  };
  const tell = () => {
    if (fresh()) http.post(PATH, meter.said).catch(() => undefined);
  };
  const last = () => {
    if (fresh()) void leave(meter.said);
  };
  const timer = setInterval(tell, EVERY);
  addEventListener("pagehide", last);
  return {
    meter,
    end: () => {
      clearInterval(timer);
      removeEventListener("pagehide", last);
      last();
    },
  };
}

/** Also while the page goes away. */
async function leave(said: Play): Promise<void> {
  const headers = { "Content-Type": "application/json" };
  const body = JSON.stringify(said);
  await fetch(PATH, { method: "POST", keepalive: true, headers, body }).catch(() => undefined);
}
