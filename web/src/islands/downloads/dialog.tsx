/** What can be taken home of a recording: made when somebody asks for it, then downloaded. */
import type { VNode } from "preact";
import { useEffect, useMemo } from "preact/hooks";
import { weighs } from "../../protocol/library.ts";
import { http } from "../../server.ts";
import { t } from "../../text.ts";
import { Modal } from "../modal.tsx";
import { Button, Icon, SkeletonRows } from "../parts.tsx";
import { type Download, Downloads, type Kind } from "./store.ts";
import { Tracks } from "./tracks.tsx";

interface Props {
  id: string;
  title: string;
  host: boolean;
  onClose: () => void;
}

export function DownloadsDialog({ id, title, host, onClose }: Props): VNode {
  const downloads = useMemo(() => new Downloads(http, id), [id]);
  useEffect(() => downloads.follow(), [downloads]);
  const items = downloads.items.value;
  const problem = downloads.problem.value;
  return (
    <Modal title={t("downloads.title")} onClose={onClose}>
      <p class="quiet small clip">{title}</p>
      {problem && (
        <p class="field-error" role="alert">
          <Icon name="circle-alert" />
          {problem}
        </p>
      )}
      {items ? (
        <ul class="downloads">
          {items.map((one) => (
            <Line key={one.kind} one={one} downloads={downloads} />
          ))}
        </ul>
      ) : (
        !problem && <SkeletonRows count={3} />
      )}
      <p class="quiet small">
        {items?.length === 0 ? t("downloads.nothing") : t("downloads.lead")}
      </p>
      {host && <Tracks id={id} />}
      <div class="dialog-actions">
        <Button onClick={onClose}>{t("dialog.close")}</Button>
      </div>
    </Modal>
  );
}

const KINDS: Record<Kind, { icon: string; name: () => string; text: () => string }> = {
  movie: {
    icon: "clapperboard",
    name: () => t("downloads.movie"),
    text: () => t("downloads.movie.text"),
  },
  stage: { icon: "video", name: () => t("downloads.stage"), text: () => t("downloads.stage.text") },
  screen: {
    icon: "monitor",
    name: () => t("downloads.screen"),
    text: () => t("downloads.screen.text"),
  },
  sound: {
    icon: "headphones",
    name: () => t("downloads.sound"),
    text: () => t("downloads.sound.text"),
  },
};

interface LineProps {
  one: Download;
  downloads: Downloads;
}

function Line({ one, downloads }: LineProps): VNode {
  const { icon, name, text } = KINDS[one.kind];
  return (
    <li class="download">
      <Icon name={icon} />
      <div class="grow">
        <strong>{name()}</strong>
        {one.state === "failed" ? (
          <p class="small download-failed">{one.error}</p>
        ) : (
          <p class="small quiet">{text()}</p>
        )}
        <Progress one={one} />
      </div>
      <Act one={one} downloads={downloads} name={name()} />
    </li>
  );
}

function Progress({ one }: { one: Download }): VNode | null {
  if (one.state !== "running" && one.state !== "queued") return null;
  const percent = Math.floor(one.progress * 100);
  const words = one.state === "queued" ? t("downloads.waits") : t("downloads.making", { percent });
  return (
    <div role="status">
      <span class="tiny quiet figures">{words}</span>
      <progress class="progress progress-thin" max={1} value={one.progress} aria-label={words} />
    </div>
  );
}

function Act({ one, downloads, name }: LineProps & { name: string }): VNode | null {
  switch (one.state) {
    case "ready":
      return (
        <a
          class="button button-soft button-small"
          href={one.path}
          download=""
          aria-label={t("downloads.getOf", { name, size: weighs(one.bytes) })}
        >
          <Icon name="download" />
          {weighs(one.bytes)}
        </a>
      );
    case "queued":
    case "running":
      return one.job_id ? (
        <Button
          size="small"
          label={t("downloads.cancelOf", { name })}
          onClick={() => void downloads.cancel(one)}
        >
          {t("downloads.cancel")}
        </Button>
      ) : null;
    default:
      return (
        <Button
          size="small"
          label={
            one.state === "failed"
              ? t("downloads.againOf", { name })
              : t("downloads.prepareOf", { name })
          }
          onClick={() => void downloads.ask(one.kind)}
        >
          {one.state === "failed" ? t("downloads.again") : t("downloads.prepare")}
        </Button>
      );
  }
}
