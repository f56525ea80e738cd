/** Background jobs, as the server tells of them. */
import type { Http } from "./http.ts";
import type { Live } from "./socket.ts";

export type JobState = "queued" | "running" | "succeeded" | "failed" | "cancelled";

export interface Job {
  id: string;
  kind: string;
  subject: string;
  state: JobState;
  /** 0 to 1. */
  progress: number;
  message: string;
  attempt: number;
  max_attempts: number;
  priority: number;
  error: { code: string; detail: string } | null;
  cancel_requested: boolean;
  created_at: string;
  run_after: string;
  started_at: string | null;
  finished_at: string | null;
}

export const WATCH = "jobs.watch";
export const CHANGED = "jobs.changed";

/** While no news comes (a proxy without websockets, a reconnect) one asks again, in milliseconds. */
const ASK_AGAIN = 2_000;

export function ended({ state }: Job): boolean {
  return state === "succeeded" || state === "failed" || state === "cancelled";
}

/** Follows one job to its end. `onNews` gets every state that was seen, the last one also returned. */
export async function follow(
  http: Http,
  live: Live,
  id: string,
  onNews: (job: Job) => void,
): Promise<Job> {
  let heard: (job: Job) => void = () => undefined;
  const offNews = live.on<Job>(CHANGED, (job) => {
    if (job.id === id) heard(job);
  });
  const offWatch = live.watch(WATCH, { id }, () => undefined);
  try {
    for (;;) {
      const job = await http.get<Job>(`/api/v1/jobs/${id}`);
      onNews(job);
      if (ended(job)) return job;
      const news = await new Promise<Job | undefined>((resolve) => {
        const timer = setTimeout(() => resolve(undefined), ASK_AGAIN);
        heard = (job) => {
          onNews(job);
          // Steps between are only shown; the end is what one waits for.
          if (!ended(job)) return;
          clearTimeout(timer);
          resolve(job);
        };
      });
      if (news) return news;
    }
  } finally {
    offNews();
    offWatch();
  }
}
