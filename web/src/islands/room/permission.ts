/** Where one allows a camera again that was refused: every browser has its own place for it. */
import { t } from "../../text.ts";

export type Browser = "chromium" | "firefox" | "safari" | "ios" | "android";

export function browserOf(agent: string, touch: boolean): Browser {
  if (/iPhone|iPad/.test(agent) || (/Macintosh/.test(agent) && touch)) return "ios";
  if (/Firefox\//.test(agent)) return "firefox";
  if (/Android/.test(agent)) return "android";
  if (/Safari\//.test(agent) && !/Chrome\//.test(agent)) return "safari";
  return "chromium";
}

const WHERE: Record<Browser, () => string> = {
  chromium: () => t("room.allow.chromium"),
  firefox: () => t("room.allow.firefox"),
  safari: () => t("room.allow.safari"),
  ios: () => t("room.allow.ios"),
  android: () => t("room.allow.android"),
};

export function howToAllow(browser: Browser): string {
  return WHERE[browser]();
}

/** Calls when the person has allowed it after all; not every browser says so. */
export async function onAllowed(name: string, then: () => void): Promise<void> {
  try {
    const status = await navigator.permissions.query({ name: name as PermissionName });
    status.addEventListener("change", () => {
      if (status.state === "granted") then();
    });
  } catch {
    // It does not know this permission: there is a button for trying again.
  }
}
