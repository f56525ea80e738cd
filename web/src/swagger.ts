/** Starts Swagger UI, which its own file has put on the window. */

interface SwaggerBundle {
  (options: Record<string, unknown>): unknown;
  presets: { apis: unknown };
}

const bundle = (window as unknown as { SwaggerUIBundle?: SwaggerBundle }).SwaggerUIBundle;
const place = document.getElementById("docs-reader");

if (bundle && place) {
  bundle({
    url: place.dataset["document"],
    domNode: place,
    deepLinking: true,
    docExpansion: "list",
    displayRequestDuration: true,
    persistAuthorization: false,
    // The validator is somebody else's server.
    validatorUrl: null,
    presets: [bundle.presets.apis],
    layout: "BaseLayout",
  });
}

export {};
