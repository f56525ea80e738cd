/** What a page notices of networks and sleep, so that a class is back before anybody asks for it. */

export interface Awaiting {
  /** What is away should try now. */
  hurry(): void;
  /** What seems to be there may not be: another network, or a machine that slept. */
  moved(): void;
}

const EVERY = 2_000;
/** Milliseconds between two looks at the clock from which on the machine has slept. */
const SLEPT = 15_000;

export function stayAwake(room: Awaiting): void {
  const hurry = () => room.hurry();
  const moved = () => room.moved();
  addEventListener("online", moved);
  // Said at once that it is away, rather than after a minute of silence.
  addEventListener("offline", moved);
  addEventListener("focus", hurry);
  addEventListener("pageshow", hurry);
  document.addEventListener("resume", moved);
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") hurry();
  });
  let looked = Date.now();
  setInterval(() => {
    const now = Date.now();
    // A clock that was set back has not slept.
    if (now - looked > SLEPT) moved();
    looked = now;
  }, EVERY);
}
