/** Whether the page is dark, for what draws in colours of its own: said at once and at each change. */
export function whenShaded(tell: (dark: boolean) => void): void {
  const root = document.documentElement;
  const device = matchMedia("(prefers-color-scheme: dark)");
  let told: boolean | undefined;
  const look = () => {
    const chosen = root.dataset["theme"];
    const dark = chosen === "dark" || (chosen !== "light" && device.matches);
    if (dark === told) return;
    told = dark;
    tell(dark);
  };
  look();
  device.addEventListener("change", look);
  new MutationObserver(look).observe(root, { attributeFilter: ["data-theme"] });
}
