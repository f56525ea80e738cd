/** Starts Swagger UI, which its own file has put on the window. */
import { whenShaded } from "./shade.ts";

interface SwaggerBundle {
  (options: Record<string, unknown>): unknown;
  presets: { apis: unknown };
}

async function start(bundle: SwaggerBundle, place: HTMLElement): Promise<void> {
  const url = place.dataset["document"] ?? "";
  const spec = (await (await fetch(url)).json()) as Record<string, unknown>;
  bundle({
    // Trying it out goes to where this page came from, under whichever name that was.
    spec: { ...spec, servers: [{ url: location.origin }] },
    domNode: place,
    deepLinking: true,
    // Some hundred operations at once would hold the page for seconds.
    docExpansion: "none",
    displayRequestDuration: true,
    // The validator is somebody else's server.
    validatorUrl: null,
    presets: [bundle.presets.apis],
    layout: "BaseLayout",
  });
}

const bundle = (window as unknown as { SwaggerUIBundle?: SwaggerBundle }).SwaggerUIBundle;
const place = document.getElementById("docs-reader");
if (bundle && place) {
  // Its own name for being dark.
  whenShaded((dark) => document.documentElement.classList.toggle("dark-mode", dark));
  void start(bundle, place);
}
