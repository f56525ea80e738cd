/** Time zones by the names that their cities have today. Pure. */

// Browsers still answer with names that the IANA database keeps only for old programs.
const RENAMED: Record<string, string> = {
  "America/Godthab": "America/Nuuk",
  "Asia/Calcutta": "Asia/Kolkata",
  "Asia/Katmandu": "Asia/Kathmandu",
  "Asia/Rangoon": "Asia/Yangon",
  "Asia/Saigon": "Asia/Ho_Chi_Minh",
  "Atlantic/Faeroe": "Atlantic/Faroe",
  "Europe/Kiev": "Europe/Kyiv",
};

export function deviceZone(): string {
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
  return RENAMED[timeZone] ?? timeZone;
}

/** All that the browser knows, and `also`, in order. */
export function allZones(also: string): string[] {
  const known = Intl.supportedValuesOf("timeZone").map((zone) => RENAMED[zone] ?? zone);
  return [...new Set(["UTC", ...known, also])].sort();
}

/** "Asia/Ho Chi Minh" */
export function zoneName(zone: string): string {
  return zone.replaceAll("_", " ");
}
