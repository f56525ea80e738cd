/** What can go wrong when one asks the server: RFC 9457 bodies, and silence. */

export interface ProblemBody {
  type: string;
  title: string;
  status: number;
  /** Stable; decide by this, never by a sentence. */
  code: string;
  detail?: string;
  /** A sentence for each input that is wrong. */
  fields?: Record<string, string>;
  request_id?: string;
  /** With `second_factor` and `proof_needed`: how one can go on. */
  methods?: string[];
}

/** The server answered, and the answer is no. */
export class Refused extends Error {
  readonly status: number;
  readonly code: string;
  readonly fields: Record<string, string>;
  readonly requestId: string;
  readonly methods: readonly string[];
  /** All that was said, with what only some problems have. */
  readonly body: ProblemBody;
  /** Seconds after which the same call may succeed. */
  readonly retryAfter: number | undefined;

  constructor(body: ProblemBody, retryAfter?: number) {
    super(body.detail || body.title);
    this.name = "Refused";
    this.status = body.status;
    this.code = body.code;
    this.fields = body.fields ?? {};
    this.requestId = body.request_id ?? "";
    this.methods = body.methods ?? [];
    this.body = body;
    this.retryAfter = retryAfter;
  }
}

/** No answer: offline, the server is away, or it took too long. */
export class Unreachable extends Error {
  readonly timedOut: boolean;

  constructor(cause: unknown, timedOut = false) {
    super(timedOut ? "timed out" : "unreachable", { cause });
    this.name = "Unreachable";
    this.timedOut = timedOut;
  }
}

const RETRY_AFTER_CAP = 60;

/** The problem in a response that is not ok, also when something between us made it up. */
export async function problemOf(response: Response): Promise<Refused> {
  const seconds = Number.parseInt(response.headers.get("Retry-After") ?? "", 10);
  const wait = Number.isFinite(seconds) ? Math.min(seconds, RETRY_AFTER_CAP) : undefined;
  const body: unknown = await response.json().catch(() => undefined);
  if (isProblem(body)) return new Refused(body, wait);
  const { status } = response;
  const title = response.statusText || `Status ${status}`;
  return new Refused({ type: "about:blank", title, status, code: `http_${status}` }, wait);
}

export function isProblem(value: unknown): value is ProblemBody {
  if (typeof value !== "object" || value === null) return false;
  const { title, status, code } = value as Partial<ProblemBody>;
  return typeof title === "string" && typeof status === "number" && typeof code === "string";
}
