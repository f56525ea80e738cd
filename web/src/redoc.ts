/** Starts ReDoc, which its own file has put on the window. */

interface Reader {
  init(url: string, options: Record<string, unknown>, place: HTMLElement): unknown;
}

const reader = (window as unknown as { Redoc?: Reader }).Redoc;
const place = document.getElementById("docs-reader");

if (reader && place) {
  const font = getComputedStyle(document.body).fontFamily;
  reader.init(
    place.dataset["document"] ?? "",
    {
      hideDownloadButton: true,
      // Its search wants a worker from a blob; the list at the side is short enough.
      disableSearch: true,
      nativeScrollbars: true,
      theme: {
        colors: { primary: { main: "#1d6a50" } },
        typography: { fontFamily: font, headings: { fontFamily: font } },
      },
    },
    place,
  );
}

export {};
