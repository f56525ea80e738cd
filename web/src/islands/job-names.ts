/** What a kind of job is called; one that this page does not know yet keeps its own name. */
import { t } from "../text.ts";

const NAMES: Record<string, string> = {
  "accounts.forget_picture": t("jobs.kind.forgetPicture"),
  "accounts.forgotten_password": t("jobs.kind.forgottenPassword"),
  "accounts.picture": t("jobs.kind.picture"),
  "accounts.sweep": t("jobs.kind.sweepAccounts"),
  "analytics.sweep": t("jobs.kind.sweepPlays"),
  "jobs.sweep": t("jobs.kind.sweepJobs"),
  "library.film": t("jobs.kind.film"),
  "library.process": t("jobs.kind.processMedia"),
  "mail.send": t("jobs.kind.sendMail"),
  "mail.sweep": t("jobs.kind.sweepMail"),
  "notices.sweep": t("jobs.kind.sweepNotices"),
};

export function nameOf(kind: string): string {
  return NAMES[kind] ?? kind;
}
