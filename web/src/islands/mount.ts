/** Finds the living parts of a page and loads each by itself; one that breaks leaves the rest. */
import { report } from "../errors.ts";
import { failedToLoad } from "./failed.ts";

/** Takes over the element: draws into it, or works with the markup that is there. */
export type Mount = (element: HTMLElement) => void;

// Parts of one page come together: a file each would be a request each.
const account = () => import("./account.ts");

const ISLANDS: Record<string, () => Promise<Mount>> = {
  address: async () => (await account()).address,
  bell: async () => (await import("./bell.tsx")).mount,
  builder: async () => (await import("./builder/page.tsx")).mount,
  chart: async () => (await import("./chart.ts")).mount,
  factors: async () => (await account()).factors,
  identities: async () => (await account()).identities,
  jobs: async () => (await import("./jobs.tsx")).mount,
  keys: async () => (await account()).keys,
  library: async () => (await import("./library/page.tsx")).mount,
  "notice-choices": async () => (await account()).noticeChoices,
  passkey: async () => (await import("./passkey.ts")).mount,
  password: async () => (await account()).password,
  picture: async () => (await account()).picture,
  profile: async () => (await account()).profile,
  recordings: async () => (await import("./recordings/page.tsx")).mount,
  room: async () => (await import("./room/page.tsx")).mount,
  "room-settings": async () => (await import("./room-settings.tsx")).mount,
  rooms: async () => (await import("./rooms.ts")).mount,
  watch: async () => (await import("./watch/page.tsx")).mount,
  sessions: async () => (await account()).sessions,
};

export function mountIslands(root: ParentNode): void {
  for (const element of root.querySelectorAll<HTMLElement>("[data-island]")) {
    void mountOne(element, element.dataset["island"] ?? "");
  }
}

async function mountOne(element: HTMLElement, name: string): Promise<void> {
  try {
    const mount = await ISLANDS[name]?.();
    mount?.(element);
    element.dataset["mounted"] = "";
  } catch (error) {
    report(error, `island ${name}`);
    failedToLoad(element);
  }
}
