/** What a kind of job is called; one that this page does not know yet keeps its own name. */
import { t } from "../text.ts";

const NAMES: Record<string, string> = {
  "accounts.forget_picture": t("jobs.kind.forgetPicture"),
  "accounts.picture": t("jobs.kind.picture"),
  "accounts.sweep": t("jobs.kind.sweepAccounts"),
  "jobs.sweep": t("jobs.kind.sweepJobs"),
};

export function nameOf(kind: string): string {
  return NAMES[kind] ?? kind;
}
