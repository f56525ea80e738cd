/** How one job looks: its state, its progress, its details. */
import { useSignal } from "@preact/signals";
import type { VNode } from "preact";
import { ended, type Job, type JobState } from "../protocol/jobs.ts";
import { toast } from "../shell/toast.ts";
import { t } from "../text.ts";
import type { When } from "../when.ts";
import { nameOf } from "./job-names.ts";
import type { Jobs } from "./job-store.ts";
import { Drawer } from "./modal.tsx";
import { Badge, Button } from "./parts.tsx";

type Look = { text: string; tone?: "good" | "chalk" | "danger" | "info"; icon: string };

const LOOKS: Record<JobState, Look> = {
  queued: { text: t("job.state.queued"), icon: "clock" },
  running: { text: t("job.state.running"), tone: "info", icon: "rotate-cw" },
  succeeded: { text: t("job.state.succeeded"), tone: "good", icon: "check" },
  failed: { text: t("job.state.failed"), tone: "danger", icon: "circle-alert" },
  cancelled: { text: t("job.state.cancelled"), icon: "x" },
};

export function StateBadge({ state }: { state: JobState }): VNode {
  return <Badge {...LOOKS[state]} />;
}

export function JobProgress({ job }: { job: Job }): VNode | null {
  if (job.state === "failed") return <span class="quiet">{job.error?.detail ?? job.message}</span>;
  if (job.state !== "running") return job.message ? <span class="faint">{job.message}</span> : null;
  const percent = Math.floor(job.progress * 100);
  const words = t("job.progressOf", { percent });
  return (
    <div class="job-progress">
      <span class="tiny quiet">{[job.message, words].filter(Boolean).join(", ")}</span>
      <progress class="progress" value={job.progress} aria-label={nameOf(job.kind)} />
    </div>
  );
}

interface DetailsProps {
  job: Job;
  jobs: Jobs;
  when: When;
  onClose: () => void;
}

export function JobDetails({ job, jobs, when, onClose }: DetailsProps): VNode {
  const problem = jobs.problem.value;
  return (
    <Drawer title={nameOf(job.kind)} onClose={onClose} actions={<Actions job={job} jobs={jobs} />}>
      <div class="stack">
        <div>
          <StateBadge state={job.state} />
        </div>
        {job.state === "running" && <JobProgress job={job} />}
        {problem !== undefined && (
          <p class="banner banner-danger" role="alert">
            {problem instanceof Error ? problem.message : String(problem)}
          </p>
        )}
        {job.error && (
          <section class="stack stack-tight">
            <h3>{t("job.error")}</h3>
            <p class="trouble">{`${job.error.detail}\n${job.error.code}`}</p>
          </section>
        )}
        <Facts job={job} when={when} />
      </div>
    </Drawer>
  );
}

function Facts({ job, when }: { job: Job; when: When }): VNode {
  const facts: [string, string | null | undefined][] = [
    [t("job.kind"), job.kind],
    [t("job.subject"), job.subject],
    [t("job.message"), job.message],
    [t("job.attempt"), t("job.attempts", { attempt: job.attempt, most: job.max_attempts })],
    [t("job.priority"), String(job.priority)],
    [t("job.created"), when.full(job.created_at)],
    [t("job.runAfter"), job.state === "queued" ? when.full(job.run_after) : null],
    [t("job.started"), job.started_at && when.full(job.started_at)],
    [t("job.finished"), job.finished_at && when.full(job.finished_at)],
    [t("job.id"), job.id],
  ];
  return (
    <dl class="facts">
      {facts
        .filter(([, value]) => value)
        .map(([name, value]) => [<dt key={name}>{name}</dt>, <dd key={`${name}=`}>{value}</dd>])}
    </dl>
  );
}

function Actions({ job, jobs }: { job: Job; jobs: Jobs }): VNode | null {
  const working = useSignal(false);
  const act = async (what: "cancel" | "retry", said: string) => {
    working.value = true;
    if (await jobs.act(job, what)) toast(said);
    working.value = false;
  };
  if (!ended(job)) {
    return (
      <Button
        icon="x"
        busy={(working.value || job.cancel_requested) && t("job.action.cancelling")}
        onClick={() => void act("cancel", t("job.cancelled"))}
      >
        {t("job.action.cancel")}
      </Button>
    );
  }
  if (job.state === "succeeded") return null;
  return (
    <Button
      kind="primary"
      icon="rotate-cw"
      busy={working.value && t("job.action.retrying")}
      onClick={() => void act("retry", t("job.retried"))}
    >
      {t("job.action.retry")}
    </Button>
  );
}
