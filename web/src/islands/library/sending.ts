/** Files on their way: several at once, paused and resumed, tried again, also after a reload. */
import { type Signal, signal } from "@preact/signals";
import { DetailedError, Upload } from "tus-js-client";
import type { Media } from "../../protocol/library.ts";
import { http } from "../../server.ts";

export type SendState = "waiting" | "sending" | "paused" | "offline" | "done" | "refused";

export interface Sending {
  key: number;
  name: string;
  size: number;
  sent: number;
  state: SendState;
  reason: string;
  /** Known once the server has taken it on: its item is there before its bytes are. */
  mediaId: string;
  media: Media | undefined;
}

/** One that was cut off by a reload: its file has to be chosen again. */
export interface Unfinished {
  id: string;
  file_name: string;
  size: number;
  offset: number;
}

const PATH = "/api/v1/uploads";
const AT_ONCE = 3;
// Longer and longer; what is refused is not tried again.
const PAUSES = [500, 1_000, 2_000, 4_000, 8_000, 15_000, 30_000, 60_000];

const SEEN = 8_000;
// ms between tries once all of these pauses were of no use.
const LATER = 60_000;

interface Options {
  course?: string;
  onBegun?: (sending: Sending, place: unknown) => void;
  onDone?: (sending: Sending) => void;
}

export class Sender {
  readonly list: Signal<readonly Sending[]> = signal([]);
  readonly unfinished: Signal<readonly Unfinished[]> = signal([]);
  readonly #options: Options;
  readonly #uploads = new Map<number, Upload>();
  readonly #places = new Map<number, unknown>();
  readonly #files = new Map<number, File>();
  #next = 1;

  constructor(options: Options = {}) {
    this.#options = options;
    addEventListener("online", () => this.#again());
    addEventListener("beforeunload", (event) => {
      if (this.busy) event.preventDefault();
    });
  }

  get busy(): boolean {
    return this.list.value.some(({ state }) => state === "sending" || state === "waiting");
  }

  async lookForUnfinished(): Promise<void> {
    const found = await http.get<{ items: Unfinished[] }>(PATH);
    const mine = new Set(this.list.value.map(({ mediaId }) => mediaId));
    this.unfinished.value = found.items.filter(({ id }) => !mine.has(id));
  }

  /** `place` is handed back with the news of it: where it should stand. */
  add(files: Iterable<File>, place?: unknown): void {
    for (const file of files) this.#add(file, place);
    this.#fill();
  }

  #add(file: File, place: unknown): void {
    const key = this.#next++;
    const before = this.unfinished.value.find(
      ({ id, file_name, size }) =>
        file_name === file.name && size === file.size && (stamp(id) ?? of(file)) === of(file),
    );
    this.unfinished.value = this.unfinished.value.filter((one) => one !== before);
    const sending: Sending = {
      key,
      name: file.name,
      size: file.size,
      sent: before?.offset ?? 0,
      state: "waiting",
      reason: "",
      mediaId: before?.id ?? "",
      media: undefined,
    };
    this.list.value = [...this.list.value, sending];
    this.#places.set(key, place);
    this.#files.set(key, file);
    this.#uploads.set(key, this.#upload(file, key, before));
  }

  #upload(file: File, key: number, before: Unfinished | undefined): Upload {
    return new Upload(file, {
      endpoint: PATH,
      ...(before && { uploadUrl: `${PATH}/${before.id}` }),
      metadata: {
        filename: file.name,
        ...(this.#options.course && { course: this.#options.course }),
      },
      retryDelays: PAUSES,
      storeFingerprintForResuming: false,
      onShouldRetry: (error) => this.#retries(key, error),
      onUploadUrlAvailable: () => this.#begun(key),
      onProgress: (sent) => this.#change(key, { sent, state: "sending" }),
      onError: (error) => this.#failed(key, error),
      onSuccess: () => void this.#arrived(key),
    });
  }

  #retries(key: number, error: DetailedError): boolean {
    const status = error.originalResponse?.getStatus() ?? 0;
    const passing = status === 0 || status === 408 || status === 409 || status >= 500;
    if (passing && status === 0) this.#change(key, { state: "offline" });
    return passing || status === 429;
  }

  #begun(key: number): void {
    const id = (this.#uploads.get(key)?.url ?? "").split("/").pop() ?? "";
    const known = this.#find(key)?.mediaId;
    this.#change(key, { mediaId: id, state: "sending" });
    const file = this.#files.get(key);
    if (file) remember(id, of(file));
    const sending = this.#find(key);
    if (!known && sending) this.#options.onBegun?.(sending, this.#places.get(key));
  }

  #failed(key: number, error: Error): void {
    const response = error instanceof DetailedError ? error.originalResponse : null;
    if (!response) {
      this.#change(key, { state: "offline" });
      setTimeout(() => this.#again(key), LATER);
    } else {
      this.#change(key, { state: "refused", reason: sentence(response.getBody()) });
    }
    this.#fill();
  }

  async #arrived(key: number): Promise<void> {
    const sending = this.#find(key);
    if (!sending) return;
    remember(sending.mediaId, undefined);
    try {
      const media = await http.get<Media>(`/api/v1/media/${sending.mediaId}`);
      this.#change(key, { sent: sending.size, state: "done", media });
    } catch {
      this.#change(key, { sent: sending.size, state: "done" });
    }
    const done = this.#find(key);
    if (done) this.#options.onDone?.(done);
    // A file that is here already waits for an answer; the others have been seen.
    if (!done?.media?.alike.length) setTimeout(() => this.dismiss(key), SEEN);
    this.#fill();
  }

  pause(key: number): void {
    void this.#uploads.get(key)?.abort();
    this.#change(key, { state: "paused" });
    this.#fill();
  }

  resume(key: number): void {
    this.#change(key, { state: "waiting", reason: "" });
    this.#fill();
  }

  pauseAll(): void {
    for (const { key, state } of this.list.value) {
      if (state === "sending" || state === "waiting" || state === "offline") this.pause(key);
    }
  }

  /** What came of it is forgotten on the server as well. */
  cancel(key: number): void {
    const state = this.#find(key)?.state;
    if (state !== "done")
      void this.#uploads
        .get(key)
        ?.abort(true)
        .catch(() => undefined);
    this.dismiss(key);
  }

  dismiss(key: number): void {
    this.#uploads.delete(key);
    this.#places.delete(key);
    this.#files.delete(key);
    this.list.value = this.list.value.filter((one) => one.key !== key);
    this.#fill();
  }

  async giveUp(id: string): Promise<void> {
    this.unfinished.value = this.unfinished.value.filter((one) => one.id !== id);
    remember(id, undefined);
    await Upload.terminate(`${PATH}/${id}`).catch(() => undefined);
  }

  /** One that waits for the line, or all of them. */
  #again(only?: number): void {
    for (const { key, state } of this.list.value) {
      if (state !== "offline" || (only !== undefined && key !== only)) continue;
      // A try that is planned for later must not meet this one.
      void this.#uploads.get(key)?.abort();
      this.resume(key);
    }
  }

  #fill(): void {
    const busy = this.list.value.filter(({ state }) => state === "sending").length;
    const waiting = this.list.value.filter(({ state }) => state === "waiting");
    for (const { key } of waiting.slice(0, Math.max(0, AT_ONCE - busy))) {
      this.#change(key, { state: "sending" });
      this.#uploads.get(key)?.start();
    }
  }

  #find(key: number): Sending | undefined {
    return this.list.value.find((one) => one.key === key);
  }

  #change(key: number, how: Partial<Sending>): void {
    this.list.value = this.list.value.map((one) => (one.key === key ? { ...one, ...how } : one));
  }
}

const STAMP = "upload:";

/** Which state of a file is sent: another one of the same name and size would be mixed with it. */
function of(file: File): string {
  return String(file.lastModified);
}

function stamp(id: string): string | undefined {
  try {
    return localStorage.getItem(STAMP + id) ?? undefined;
  } catch {
    return undefined;
  }
}

function remember(id: string, told: string | undefined): void {
  try {
    if (told === undefined) localStorage.removeItem(STAMP + id);
    else localStorage.setItem(STAMP + id, told);
  } catch {
    // A device that keeps nothing compares names and sizes alone.
  }
}

function sentence(body: string): string {
  try {
    const problem = JSON.parse(body) as { detail?: string; title?: string };
    return problem.detail || problem.title || "";
  } catch {
    return "";
  }
}
