/** Starts ReDoc, which its own file has put on the window, in our colours. */
import { whenShaded } from "./shade.ts";

interface Reader {
  init(document: unknown, options: Record<string, unknown>, place: HTMLElement): unknown;
}

async function start(reader: Reader, place: HTMLElement): Promise<void> {
  const document = await (await fetch(place.dataset["document"] ?? "")).json();
  whenShaded(() => {
    // It takes its colours once: others are another reader, in a place of its own.
    const fresh = globalThis.document.createElement("div");
    place.replaceChildren(fresh);
    reader.init(document, options(), fresh);
  });
}

function options(): Record<string, unknown> {
  const font = getComputedStyle(document.body).fontFamily;
  return {
    hideDownloadButton: true,
    // Its search wants a worker from a blob; the list at the side is short enough.
    disableSearch: true,
    nativeScrollbars: true,
    theme: {
      ...colours(),
      typography: {
        fontFamily: font,
        headings: { fontFamily: font },
        links: { color: token("--accent-text"), hover: token("--accent-hover") },
        code: { color: token("--danger-text"), backgroundColor: token("--sunken") },
      },
    },
  };
}

function colours(): Record<string, unknown> {
  const line = token("--line");
  return {
    colors: {
      primary: { main: token("--accent-text") },
      success: { main: token("--accent-text") },
      warning: { main: token("--chalk") },
      error: { main: token("--danger-text") },
      text: { primary: token("--ink"), secondary: token("--ink-2") },
      border: { dark: line, light: line },
    },
    schema: {
      nestedBackground: token("--sunken"),
      linesColor: token("--line-strong"),
      typeNameColor: token("--ink-2"),
      typeTitleColor: token("--ink-2"),
    },
    sidebar: { backgroundColor: token("--surface"), textColor: token("--ink") },
    // A blackboard in both themes.
    rightPanel: { backgroundColor: token("--stage"), textColor: token("--stage-ink") },
    codeBlock: { backgroundColor: token("--tile") },
  };
}

function token(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

const reader = (window as unknown as { Redoc?: Reader }).Redoc;
const place = document.getElementById("docs-reader");
if (reader && place) void start(reader, place);
