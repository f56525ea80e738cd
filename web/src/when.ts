/** Instants as people read them, in the zone that they chose. */

const MINUTE = 60;
const HOUR = 3_600;
const DAY = 86_400;

export class When {
  readonly #relative = new Intl.RelativeTimeFormat("en", { numeric: "auto" });
  readonly #day: Intl.DateTimeFormat;
  readonly #time: Intl.DateTimeFormat;
  readonly #full: Intl.DateTimeFormat;

  constructor(timeZone: string) {
    const zone = knownZone(timeZone);
    this.#day = new Intl.DateTimeFormat("en-GB", {
      day: "numeric",
      month: "long",
      year: "numeric",
      ...zone,
    });
    this.#time = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", ...zone });
    this.#full = new Intl.DateTimeFormat("en-GB", {
      dateStyle: "medium",
      timeStyle: "medium",
      ...zone,
    });
  }

  /** "now", "3 minutes ago", "in 2 days"; farther than a week away, the date. */
  near(iso: string, now: number = Date.now()): string {
    const seconds = (Date.parse(iso) - now) / 1000;
    const far = Math.abs(seconds);
    if (far < MINUTE) return this.#relative.format(0, "second");
    if (far < HOUR) return this.#relative.format(Math.round(seconds / MINUTE), "minute");
    if (far < DAY) return this.#relative.format(Math.round(seconds / HOUR), "hour");
    if (far < 7 * DAY) return this.#relative.format(Math.round(seconds / DAY), "day");
    return this.day(iso);
  }

  day(iso: string): string {
    return this.#day.format(Date.parse(iso));
  }

  full(iso: string): string {
    return this.#full.format(Date.parse(iso));
  }

  clock(milliseconds: number): string {
    return this.#time.format(milliseconds);
  }
}

/** A zone that this browser does not know must not break a page: then it is the device's. */
function knownZone(timeZone: string): { timeZone?: string } {
  try {
    return { timeZone: new Intl.DateTimeFormat("en", { timeZone }).resolvedOptions().timeZone };
  } catch {
    return {};
  }
}
