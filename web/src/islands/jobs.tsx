/** Background jobs for administrators: live, filtered by the address, with details beside. */
import { render, type VNode } from "preact";
import { connect } from "../live.ts";
import type { Job, JobState } from "../protocol/jobs.ts";
import { http } from "../server.ts";
import { t } from "../text.ts";
import { When } from "../when.ts";
import { nameOf } from "./job-names.ts";
import { JobDetails, JobProgress, StateBadge } from "./job-parts.tsx";
import { type Filter, Jobs } from "./job-store.ts";
import { Boundary, Button, Empty, Failure, Icon, SkeletonRows } from "./parts.tsx";

const STATES: [JobState | "", string][] = [
  ["", t("jobs.all")],
  ["queued", t("job.state.queued")],
  ["running", t("job.state.running")],
  ["failed", t("job.state.failed")],
  ["succeeded", t("job.state.succeeded")],
  ["cancelled", t("job.state.cancelled")],
];

export function mount(element: HTMLElement): void {
  const jobs = new Jobs(http, fromAddress());
  const when = new When(element.dataset["zone"] ?? "UTC");
  const kinds = (element.dataset["kinds"] ?? "").split(" ").filter(Boolean);
  jobs.listen(connect());
  void jobs.page.reload();
  addEventListener("popstate", () => jobs.show(fromAddress()));
  element.replaceChildren();
  render(
    <Boundary source="jobs">
      <JobsPage jobs={jobs} kinds={kinds} when={when} />
    </Boundary>,
    element,
  );
}

function fromAddress(): Filter {
  const query = new URLSearchParams(location.search);
  const state = STATES.find(([value]) => value === query.get("state"))?.[0] ?? "";
  return { state, kind: query.get("kind") ?? "" };
}

function choose(jobs: Jobs, change: Partial<Filter>): void {
  const filter = { ...jobs.filter.value, ...change };
  const query = new URLSearchParams(Object.entries(filter).filter(([, value]) => value));
  history.pushState(null, "", query.size > 0 ? `?${query}` : location.pathname);
  jobs.show(filter);
}

interface PageProps {
  jobs: Jobs;
  kinds: string[];
  when: When;
}

function JobsPage({ jobs, kinds, when }: PageProps): VNode {
  const open = jobs.open;
  return (
    <>
      <Filters jobs={jobs} kinds={kinds} />
      {jobs.line.value === "away" && (
        <div class="banner banner-chalk jobs-notice" role="status">
          <Icon name="wifi-off" />
          {t("jobs.paused")}
        </div>
      )}
      {jobs.line.value === "ended" && (
        <div class="banner banner-chalk jobs-notice" role="status">
          <Icon name="info" />
          {t("session.ended")}
        </div>
      )}
      <section class="card" aria-label={t("jobs.title")}>
        <List jobs={jobs} when={when} />
      </section>
      {open && (
        <JobDetails
          job={open}
          jobs={jobs}
          when={when}
          onClose={() => {
            jobs.chosen.value = undefined;
          }}
        />
      )}
    </>
  );
}

function Filters({ jobs, kinds }: { jobs: Jobs; kinds: string[] }): VNode {
  const { state, kind } = jobs.filter.value;
  return (
    <div class="filters">
      <fieldset>
        <legend class="visually-hidden">{t("jobs.stateFilter")}</legend>
        <div class="segments">
          {STATES.map(([value, text]) => (
            <label key={value}>
              <input
                type="radio"
                name="state"
                value={value}
                checked={value === state}
                onChange={() => choose(jobs, { state: value })}
              />
              <span>{text}</span>
            </label>
          ))}
        </div>
      </fieldset>
      <div class="input">
        <select
          aria-label={t("job.kind")}
          value={kind}
          onChange={({ currentTarget }) => choose(jobs, { kind: currentTarget.value })}
        >
          <option value="">{t("jobs.kindAll")}</option>
          {kinds.map((name) => (
            <option key={name} value={name}>
              {nameOf(name)}
            </option>
          ))}
        </select>
        <Icon name="chevron-down" />
      </div>
    </div>
  );
}

function List({ jobs, when }: { jobs: Jobs; when: When }): VNode {
  const state = jobs.page.state.value;
  if (state.is === "loading") return <SkeletonRows count={5} />;
  if (state.is === "failed") {
    return <Failure error={state.error} again={() => void jobs.page.reload()} />;
  }
  if (state.value.items.length === 0) return <Nothing jobs={jobs} />;
  return (
    <>
      <Table items={state.value.items} jobs={jobs} when={when} />
      {state.value.next && (
        <div class="card-pad row row-end">
          <Button onClick={() => void jobs.more()}>{t("jobs.more")}</Button>
        </div>
      )}
    </>
  );
}

function Nothing({ jobs }: { jobs: Jobs }): VNode {
  const { state, kind } = jobs.filter.value;
  if (!state && !kind) {
    return <Empty icon="list-checks" title={t("jobs.empty.title")} text={t("jobs.empty.text")} />;
  }
  return (
    <Empty icon="filter" title={t("jobs.filtered.title")} text={t("jobs.filtered.text")}>
      <Button onClick={() => choose(jobs, { state: "", kind: "" })}>{t("jobs.showAll")}</Button>
    </Empty>
  );
}

function Table({ items, jobs, when }: { items: Job[]; jobs: Jobs; when: When }): VNode {
  return (
    <div class="table-frame">
      <table class="table">
        <thead>
          <tr>
            <th scope="col">{t("job.kind")}</th>
            <th scope="col">{t("job.state")}</th>
            <th scope="col">{t("job.progress")}</th>
            <th scope="col" class="figure">
              {t("job.attempt")}
            </th>
            <th scope="col">{t("job.created")}</th>
          </tr>
        </thead>
        <tbody>
          {items.map((job) => (
            <Row key={job.id} job={job} jobs={jobs} when={when} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Row({ job, jobs, when }: { job: Job; jobs: Jobs; when: When }): VNode {
  const open = () => {
    jobs.chosen.value = job.id;
  };
  const chosen = jobs.chosen.value === job.id;
  return (
    <tr class={chosen ? "chosen" : undefined}>
      <td class="lead">
        <button type="button" class="job-open" onClick={open}>
          <span class="job-kind">{nameOf(job.kind)}</span>
          <span class="tiny faint">{job.subject}</span>
        </button>
      </td>
      <td data-label={t("job.state")}>
        <StateBadge state={job.state} />
      </td>
      <td data-label={t("job.progress")}>
        <JobProgress job={job} />
      </td>
      <td class="figure" data-label={t("job.attempt")}>
        {t("job.attempts", { attempt: job.attempt, most: job.max_attempts })}
      </td>
      <td data-label={t("job.created")}>
        <time dateTime={job.created_at} title={when.full(job.created_at)}>
          {when.near(job.created_at)}
        </time>
      </td>
    </tr>
  );
}
