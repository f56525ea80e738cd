// The certified OpenID provider of npm, with one person in it, for tests: no pages of its own.
// Prints its issuer, then serves until its standard input ends.
// node oidc.mjs <redirect URI> <person as JSON: {sub, email, email_verified, name, groups}>
import { createServer } from "node:http";
import Provider from "oidc-provider";

const [redirect, person] = [process.argv[2], JSON.parse(process.argv[3])];
const server = createServer();
await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
const issuer = `http://127.0.0.1:${server.address().port}`;

const provider = new Provider(issuer, {
  clients: [
    {
      client_id: "vtp",
      client_secret: "a secret: of the tests & more",
      redirect_uris: [redirect],
      grant_types: ["authorization_code"],
      response_types: ["code"],
    },
  ],
  claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["name", "groups"] },
  features: { devInteractions: { enabled: false } },
  pkce: { required: () => true },
  findAccount: (_, sub) => ({ accountId: sub, claims: () => ({ ...person, sub }) }),
  interactions: { url: (_, { uid }) => `/as/${uid}` },
  // Nobody has to type anything: whoever comes is that person, and agrees.
  async loadExistingGrant(ctx) {
    const grant = new provider.Grant({
      clientId: ctx.oidc.client.clientId,
      accountId: ctx.oidc.session.accountId,
    });
    grant.addOIDCScope("openid email profile");
    await grant.save();
    return grant;
  },
});
const serve = provider.callback();
server.on("request", async (request, response) => {
  if (!request.url.startsWith("/as/")) return serve(request, response);
  await provider.interactionFinished(
    request,
    response,
    { login: { accountId: person.sub } },
    { mergeWithLastSubmission: false },
  );
});
console.log(issuer);
process.stdin.on("end", () => process.exit(0)).resume();
