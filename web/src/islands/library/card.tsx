/** How one item of the library looks in a grid. */
import type { VNode } from "preact";
import { lasts, type Media, type MediaKind, weighs } from "../../protocol/library.ts";
import { t } from "../../text.ts";
import type { When } from "../../when.ts";
import { Badge, Icon } from "../parts.tsx";

export const ICONS: Record<MediaKind, string> = {
  video: "film",
  audio: "headphones",
  image: "image",
  document: "file-text",
  file: "folder",
  link: "link",
};
export const KINDS: Record<MediaKind, string> = {
  video: t("library.kind.video"),
  audio: t("library.kind.audio"),
  image: t("library.kind.image"),
  document: t("library.kind.document"),
  file: t("library.kind.file"),
  link: t("library.kind.link"),
};

export function Picture({ media }: { media: Pick<Media, "kind" | "poster" | "seconds"> }): VNode {
  return (
    <span class={`media-picture media-picture-${media.kind}`}>
      {media.poster ? (
        <img src={media.poster} alt="" loading="lazy" />
      ) : (
        <Icon name={ICONS[media.kind]} kind="large" />
      )}
      {media.seconds !== null && <span class="media-lasts">{lasts(media.seconds)}</span>}
    </span>
  );
}

interface CardProps {
  media: Media;
  when: When;
  onOpen: () => void;
}

export function MediaCard({ media, when, onOpen }: CardProps): VNode {
  const facts = [
    KINDS[media.kind],
    media.bytes > 0 && weighs(media.bytes),
    when.day(media.created_at),
  ];
  return (
    <li class="media-card">
      <button type="button" class="media-open" onClick={onOpen}>
        <Picture media={media} />
        <strong class="clip">{media.title}</strong>
      </button>
      <span class="small quiet clip">{facts.filter(Boolean).join(" · ")}</span>
      <span class="media-marks">
        <StateMark media={media} />
        {media.uses > 0 && (
          <span class="tiny faint">{t("library.uses", { count: media.uses })}</span>
        )}
      </span>
    </li>
  );
}

export function StateMark({ media }: { media: Pick<Media, "state" | "reason"> }): VNode | null {
  if (media.state === "ready") return null;
  if (media.state === "failed") {
    return <Badge text={t("library.state.failed")} tone="danger" icon="circle-alert" />;
  }
  return media.state === "uploading" ? (
    <Badge text={t("library.state.uploading")} tone="chalk" icon="upload" />
  ) : (
    <Badge text={t("library.state.processing")} tone="info" icon="rotate-cw" />
  );
}
