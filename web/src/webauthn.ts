/** Passkeys, between the JSON of the server and the buffers of the browser. */

type Json = Record<string, unknown>;

interface Described {
  id: string;
  type: "public-key";
  transports?: AuthenticatorTransport[];
}

export interface Options extends Json {
  challenge: string;
  user?: { id: string; name: string; displayName: string };
  allowCredentials?: Described[];
  excludeCredentials?: Described[];
}

export function supported(): boolean {
  return typeof PublicKeyCredential === "function" && "credentials" in navigator;
}

/** A new passkey as JSON; `undefined` when its person did not want to. */
export async function make(options: Options): Promise<Json | undefined> {
  const publicKey = {
    ...options,
    challenge: bytes(options.challenge),
    user: { ...options.user, id: bytes(options.user?.id ?? "") },
    excludeCredentials: options.excludeCredentials?.map(described),
  } as unknown as PublicKeyCredentialCreationOptions;
  const made = await asked(() => navigator.credentials.create({ publicKey }));
  if (!made) return undefined;
  const response = made.response as AuthenticatorAttestationResponse;
  return answer(made, {
    clientDataJSON: text(response.clientDataJSON),
    attestationObject: text(response.attestationObject),
    transports: response.getTransports?.() ?? [],
  });
}

/** A passkey that was shown, as JSON; `undefined` when none was. */
export async function show(options: Options): Promise<Json | undefined> {
  const publicKey = {
    ...options,
    challenge: bytes(options.challenge),
    allowCredentials: options.allowCredentials?.map(described) ?? [],
  } as unknown as PublicKeyCredentialRequestOptions;
  const shown = await asked(() => navigator.credentials.get({ publicKey }));
  if (!shown) return undefined;
  const response = shown.response as AuthenticatorAssertionResponse;
  return answer(shown, {
    clientDataJSON: text(response.clientDataJSON),
    authenticatorData: text(response.authenticatorData),
    signature: text(response.signature),
    ...(response.userHandle && { userHandle: text(response.userHandle) }),
  });
}

/** Whoever changes their mind, waits too long, or has none, is told the same by browsers. */
async function asked(
  ask: () => Promise<Credential | null>,
): Promise<PublicKeyCredential | undefined> {
  try {
    return ((await ask()) as PublicKeyCredential | null) ?? undefined;
  } catch (error) {
    if (error instanceof DOMException) return undefined;
    throw error;
  }
}

function answer(credential: PublicKeyCredential, response: Json): Json {
  return { id: credential.id, rawId: text(credential.rawId), type: "public-key", response };
}

function described({ id, type, transports }: Described) {
  return { id: bytes(id), type, ...(transports && { transports }) };
}

function bytes(base64url: string): Uint8Array {
  const plain = atob(base64url.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (sign) => sign.charCodeAt(0));
}

function text(buffer: ArrayBuffer): string {
  const plain = String.fromCharCode(...new Uint8Array(buffer));
  return btoa(plain).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}
