/** The picture of a recording: a moment of it, a file, or one that is found by itself. */
import { useSignal } from "@preact/signals";
import type { VNode } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";
import { t } from "../../text.ts";
import { Modal } from "../modal.tsx";
import { Button, Icon } from "../parts.tsx";
import { clock } from "../watch/clock.ts";
import { type Tile, tileAt, tiles } from "../watch/storyboard.ts";
import type { Recording, Shelf } from "./store.ts";

interface Props {
  recording: Recording;
  shelf: Shelf;
  onClose: () => void;
}

/** Of pictures beside each other on a sheet. */
const COLUMNS = 5;

export function PosterDialog({ recording, shelf, onClose }: Props): VNode {
  const id = useId();
  const file = useRef<HTMLInputElement>(null);
  const at = useSignal(Math.round(recording.seconds / 2));
  const done = async (made: Promise<boolean>) => {
    if (await made) onClose();
  };
  return (
    <Modal title={t("recordings.poster.title")} onClose={onClose}>
      <p class="quiet small clip">{recording.title}</p>
      {shelf.problem.value && (
        <p class="field-error" role="alert">
          <Icon name="circle-alert" />
          {shelf.problem.value}
        </p>
      )}
      <div class="poster-moment">
        <Moment recording={recording} at={at.value} />
        <div class="field grow">
          <label class="field-label" for={id}>
            {t("recordings.poster.at", { at: clock(at.value) })}
          </label>
          <input
            id={id}
            type="range"
            min={0}
            max={Math.max(1, Math.floor(recording.seconds))}
            step={1}
            value={at.value}
            aria-valuetext={clock(at.value)}
            onInput={({ currentTarget }) => {
              at.value = Number(currentTarget.value);
            }}
          />
          <Button
            kind="primary"
            busy={shelf.busy.value && t("recordings.saving")}
            onClick={() => void done(shelf.posterAt(recording, at.value))}
          >
            {t("recordings.poster.take")}
          </Button>
        </div>
      </div>
      <div class="dialog-actions">
        <span class="aside">
          <Button icon="image" onClick={() => file.current?.click()}>
            {t("recordings.poster.file")}
          </Button>
        </span>
        <input
          ref={file}
          hidden
          type="file"
          aria-label={t("recordings.poster.file")}
          accept="image/png,image/jpeg,image/webp,image/gif"
          onChange={({ currentTarget }) => {
            const chosen = currentTarget.files?.[0];
            if (chosen) void done(shelf.posterOf(recording, chosen));
          }}
        />
        <Button kind="ghost" onClick={() => void done(shelf.posterByItself(recording))}>
          {t("recordings.poster.auto")}
        </Button>
        <Button onClick={onClose}>{t("dialog.close")}</Button>
      </div>
    </Modal>
  );
}

/** The tile of the storyboard that is nearest. */
function Moment({ recording, at }: { recording: Recording; at: number }): VNode {
  const known = useSignal<Tile[]>([]);
  const there = recording.made.includes("storyboard");
  useEffect(() => {
    if (!there) return;
    void fetch(`/api/v1/recordings/${recording.id}/storyboard`)
      .then((answer) => (answer.ok ? answer.text() : ""))
      .then((text) => {
        known.value = tiles(text);
      })
      .catch(() => undefined);
  }, [recording.id]);
  const tile = tileAt(known.value, at);
  return (
    <div class="poster-tile" aria-hidden="true">
      {tile ? (
        <i
          style={{
            width: `${tile.width}px`,
            height: `${tile.height}px`,
            backgroundImage: `url(/api/v1/recordings/${recording.id}/${tile.sheet})`,
            backgroundPosition: `-${tile.x}px -${tile.y}px`,
            backgroundSize: `${tile.width * COLUMNS}px auto`,
          }}
        />
      ) : (
        <Icon name="image" kind="large" />
      )}
    </div>
  );
}
