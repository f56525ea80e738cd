/** Tells the server what broke in a page: where, never what somebody typed. */
import { http } from "./server.ts";

export interface Report {
  message: string;
  stack: string;
  /** The part of the page, or the script. */
  source: string;
  page: string;
}

// One broken loop must not become a flood: few per page, each once.
const MOST = 5;
const LONGEST_MESSAGE = 300;
const LONGEST_SOURCE = 200;
const LONGEST_STACK = 4_000;
// What says nothing about us: browsers' notes, extensions, and a page that is being left.
const NOISE = /ResizeObserver loop|-extension:\/\/|^Script error\.?$/;

/** Decides what is worth a report. Pure but for its memory. */
export class Reports {
  readonly #seen = new Set<string>();

  next(error: unknown, source: string, page: string): Report | undefined {
    const { message, stack } = described(error);
    const key = `${source}\n${message}`;
    if (this.#seen.size >= MOST || this.#seen.has(key) || NOISE.test(`${message}${stack}`)) return;
    this.#seen.add(key);
    return {
      message: withoutSecrets(message).slice(0, LONGEST_MESSAGE),
      stack: withoutSecrets(stack).slice(0, LONGEST_STACK),
      source: withoutSecrets(source).slice(0, LONGEST_SOURCE),
      page: page.slice(0, LONGEST_SOURCE),
    };
  }
}

function described(error: unknown): { message: string; stack: string } {
  if (error instanceof Error) {
    return { message: `${error.name}: ${error.message}`, stack: error.stack ?? "" };
  }
  return { message: String(error), stack: "" };
}

/** Addresses carry set-up links and cursors; keys and tokens have a known shape. */
export function withoutSecrets(text: string): string {
  return text
    .replace(/\bvtpr?_[A-Za-z0-9_-]+/g, "vtp_…")
    .replace(/\beyJ[\w-]+\.[\w-]+\.[\w-]+/g, "eyJ…")
    .replace(/[\w.+-]+@[\w-]+\.[\w.-]+/g, "…@…")
    .replace(/(https?:\/\/[^\s?#)]+)[?#][^\s:)]*/g, "$1?…");
}

const reports = new Reports();

export function report(error: unknown, source: string): void {
  const body = reports.next(error, source, location.pathname);
  if (!body) return;
  // Nobody waits for it, and a failed report must not cause another one.
  http.post("/api/v1/client-errors", body).catch(() => undefined);
}

export function reportUncaught(): void {
  addEventListener("error", (event) => {
    if (event.error !== undefined) report(event.error, event.filename || "page");
  });
  addEventListener("unhandledrejection", (event) => report(event.reason, "promise"));
}
