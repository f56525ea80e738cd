/** A server that answers what it was told, in order. */

export interface Asked {
  url: string;
  init: RequestInit;
}

export function answers(...prepared: (Response | "offline")[]) {
  const calls: Asked[] = [];
  const fetch: typeof globalThis.fetch = async (url, init = {}) => {
    calls.push({ url: String(url), init });
    const next = prepared.shift();
    if (next === undefined) throw new Error(`nobody expected ${url}`);
    if (next === "offline") throw new TypeError("fetch failed");
    return next;
  };
  return { fetch, calls };
}

export function json(body: unknown, status = 200): Response {
  return Response.json(body, { status });
}

export function problem(
  status: number,
  code: string,
  headers: Record<string, string> = {},
  more: object = {},
): Response {
  const body = {
    type: "",
    title: "No.",
    detail: "Because.",
    status,
    code,
    request_id: "r1",
    ...more,
  };
  return Response.json(body, { status, headers });
}

/** Lets everything that waits for an answer go on. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
  await new Promise((done) => setImmediate(done));
}
