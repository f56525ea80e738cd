/** One item beside the list: looked at in place, renamed, tagged, shown to others, deleted. */
import type { VNode } from "preact";
import { lasts, type Media, weighs } from "../../protocol/library.ts";
import { toast } from "../../shell/toast.ts";
import { t } from "../../text.ts";
import type { When } from "../../when.ts";
import { Drawer } from "../modal.tsx";
import { Button, Icon } from "../parts.tsx";
import { KINDS, StateMark } from "./card.tsx";
import type { Library } from "./store.ts";

interface DetailsProps {
  media: Media;
  library: Library;
  when: When;
}

export function Details({ media, library, when }: DetailsProps): VNode {
  const close = () => {
    library.chosen.value = undefined;
  };
  const remove = async () => {
    if (!(await library.delete(media))) return;
    toast(t("library.deleted", { title: media.title }), () => void library.restore(media));
  };
  const problem = library.problem.value;
  return (
    <Drawer
      title={media.title}
      onClose={close}
      actions={
        <>
          {(media.kind === "video" || media.kind === "audio") && media.file && (
            <a class="button button-soft" href={`/library/${media.id}`}>
              <Icon name="play" />
              {t("library.watch")}
            </a>
          )}
          {media.file && (
            <a class="button button-secondary" href={`${media.file}?download=true`}>
              <Icon name="download" />
              {t("library.download")}
            </a>
          )}
          <Button kind="danger-quiet" icon="trash-2" onClick={() => void remove()}>
            {t("library.delete")}
          </Button>
        </>
      }
    >
      <div class="stack">
        <Preview media={media} />
        <div>
          <StateMark media={media} />
        </div>
        {media.reason && <p class="banner banner-danger">{media.reason}</p>}
        {problem !== undefined && (
          <p class="banner banner-danger" role="alert">
            {problem instanceof Error ? problem.message : String(problem)}
          </p>
        )}
        <Fields media={media} library={library} />
        <Facts media={media} when={when} />
      </div>
    </Drawer>
  );
}

/** In place, by what browsers play; everything else is for the disk. */
export function Preview({
  media,
}: {
  media: Pick<Media, "kind" | "file" | "link" | "poster" | "title" | "state">;
}): VNode | null {
  if (media.kind === "link") {
    return (
      <a class="button button-soft" href={media.link} rel="noopener noreferrer" target="_blank">
        <Icon name="link" />
        {t("library.open")}
      </a>
    );
  }
  if (!media.file || media.state === "uploading") return null;
  if (media.kind === "video" || media.kind === "audio") return <Player media={media} />;
  return media.kind === "image" ? (
    <img class="media-preview" src={media.file} alt={media.title} />
  ) : null;
}

type Played = Pick<Media, "kind" | "file" | "poster" | "title">;

/** What was uploaded has no captions: the track is empty until somebody writes some. */
function Player({ media }: { media: Played }): VNode {
  const shared = {
    class: "media-preview",
    src: media.file ?? "",
    controls: true,
    preload: "metadata" as const,
  };
  const track = <track kind="captions" label={media.title} />;
  if (media.kind === "audio") return <audio {...shared}>{track}</audio>;
  return (
    <video {...shared} {...(media.poster && { poster: media.poster })}>
      {track}
    </video>
  );
}

function Fields({ media, library }: { media: Media; library: Library }): VNode {
  const change = (how: Partial<Media>) => void library.change(media, how);
  return (
    <>
      <label class="field">
        <span class="field-label">{t("library.name")}</span>
        <span class="input">
          <input
            type="text"
            maxLength={200}
            value={media.title}
            onChange={({ currentTarget }) => {
              const title = currentTarget.value.trim();
              if (title) change({ title });
              else currentTarget.value = media.title;
            }}
          />
        </span>
      </label>
      <label class="field">
        <span class="field-label">{t("library.tags")}</span>
        <span class="input">
          <input
            type="text"
            maxLength={600}
            value={media.tags.join(", ")}
            onChange={({ currentTarget }) =>
              change({
                tags: currentTarget.value
                  .split(",")
                  .map((tag) => tag.trim())
                  .filter(Boolean),
              })
            }
          />
        </span>
      </label>
      <label class="field">
        <span class="field-label">{t("library.visibility")}</span>
        <span class="input">
          <select
            value={media.visibility}
            onChange={({ currentTarget }) =>
              change({ visibility: currentTarget.value as Media["visibility"] })
            }
          >
            <option value="private">{t("library.visibility.private")}</option>
            <option value="unlisted">{t("library.visibility.unlisted")}</option>
            <option value="public">{t("library.visibility.public")}</option>
          </select>
          <Icon name="chevron-down" />
        </span>
      </label>
    </>
  );
}

function Facts({ media, when }: { media: Media; when: When }): VNode {
  const facts: [string, string | false][] = [
    [t("library.kind"), KINDS[media.kind]],
    [t("library.file"), media.file_name],
    [t("library.size"), media.bytes > 0 && weighs(media.bytes)],
    [t("library.length"), media.seconds !== null && lasts(media.seconds)],
    [t("library.owner"), media.owner_name],
    [t("library.added"), when.full(media.created_at)],
    [t("library.usesTitle"), String(media.uses)],
  ];
  return (
    <dl class="facts">
      {facts
        .filter(([, value]) => value)
        .map(([name, value]) => [<dt key={name}>{name}</dt>, <dd key={`${name}=`}>{value}</dd>])}
    </dl>
  );
}
