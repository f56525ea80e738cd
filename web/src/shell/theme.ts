/** Light, dark, or as the device says. Shown at once; kept in a cookie and in the account. */
import { http } from "../server.ts";

export type Theme = "auto" | "light" | "dark";

const YEAR = 31_536_000;

export function theme(): void {
  document.addEventListener("change", (event) => {
    const input = event.target;
    if (!(input instanceof HTMLInputElement) || !input.closest("[data-theme-choice]")) return;
    applyTheme(input.value as Theme);
    // Where nobody is signed in the cookie is all there is.
    if (document.documentElement.dataset["user"]) {
      http.patch("/api/v1/users/me", { theme: input.value }).catch(() => undefined);
    }
  });
}

export function applyTheme(chosen: Theme): void {
  document.documentElement.dataset["theme"] = chosen;
  // The cookie serves the pages before sign-in, also without a script.
  // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is missing in Firefox ESR
  document.cookie = `theme=${chosen}; path=/; max-age=${YEAR}; samesite=lax`;
  for (const input of document.querySelectorAll<HTMLInputElement>('input[name="theme"]')) {
    input.checked = input.value === chosen;
  }
}
