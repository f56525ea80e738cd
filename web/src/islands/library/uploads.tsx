/** What is on its way, below the list: progress, pause, and what to do with a file that is here. */
import type { VNode } from "preact";
import { weighs } from "../../protocol/library.ts";
import { http } from "../../server.ts";
import { toast } from "../../shell/toast.ts";
import { t } from "../../text.ts";
import { Button, Icon, IconButton } from "../parts.tsx";
import type { Sender, Sending } from "./sending.ts";

export function Uploads({
  sender,
  onChange,
}: {
  sender: Sender;
  onChange: () => void;
}): VNode | null {
  const list = sender.list.value;
  const unfinished = sender.unfinished.value;
  if (list.length + unfinished.length === 0) return null;
  const going = list.filter(({ state }) => state !== "done" && state !== "refused").length;
  return (
    <section class="card uploads" aria-label={t("uploads.title")}>
      <div class="card-header">
        <h2>
          {going > 0
            ? t("uploads.going", { done: list.length - going, all: list.length })
            : t("uploads.title")}
        </h2>
        {sender.busy && (
          <Button kind="ghost" size="small" onClick={() => sender.pauseAll()}>
            {t("uploads.pauseAll")}
          </Button>
        )}
      </div>
      <ul class="upload-list">
        {list.map((one) => (
          <Row key={one.key} one={one} sender={sender} onChange={onChange} />
        ))}
        {unfinished.map((one) => (
          <li key={one.id} class="upload">
            <span class="upload-icon upload-icon-chalk">
              <Icon name="history" />
            </span>
            <div class="grow">
              <strong class="clip">{one.file_name}</strong>
              <span class="small quiet">
                {t("uploads.again", { sent: weighs(one.offset), size: weighs(one.size) })}
              </span>
            </div>
            <IconButton
              icon="x"
              name={t("uploads.cancelOf", { name: one.file_name })}
              onClick={() => void sender.giveUp(one.id)}
            />
          </li>
        ))}
      </ul>
    </section>
  );
}

interface RowProps {
  one: Sending;
  sender: Sender;
  onChange: () => void;
}

function Row({ one, sender, onChange }: RowProps): VNode {
  const copy = one.media?.alike[0];
  const waits = one.state === "offline";
  const tone = one.state === "refused" ? "danger" : waits ? "chalk" : copy ? "info" : "good";
  return (
    <li class="upload">
      <span class={`upload-icon upload-icon-${tone}`}>
        <Icon
          name={waits ? "wifi-off" : copy ? "copy" : one.state === "done" ? "check" : "upload"}
        />
      </span>
      <div class="grow">
        <div class="upload-line">
          <strong class="clip">{one.name}</strong>
          <span class="small quiet">{words(one)}</span>
        </div>
        {one.state === "done" || one.state === "refused" ? null : (
          <progress
            class={`progress${waits ? " progress-chalk" : ""}`}
            max={one.size}
            value={one.sent}
            aria-label={one.name}
          />
        )}
        {copy && <span class="small quiet">{t("uploads.already", { title: copy.title })}</span>}
      </div>
      {copy ? (
        <Duplicate one={one} sender={sender} onChange={onChange} />
      ) : (
        <Controls one={one} sender={sender} />
      )}
    </li>
  );
}

function words(one: Sending): string {
  switch (one.state) {
    case "waiting":
      return t("uploads.waiting");
    case "paused":
      return t("uploads.paused", { sent: weighs(one.sent), size: weighs(one.size) });
    case "offline":
      return t("uploads.offline");
    case "refused":
      return one.reason || t("uploads.refused");
    case "done":
      return one.media?.alike.length ? "" : t("uploads.done");
    default:
      return t("uploads.of", { sent: weighs(one.sent), size: weighs(one.size) });
  }
}

function Controls({ one, sender }: { one: Sending; sender: Sender }): VNode {
  const { key, name, state } = one;
  if (state === "done" || state === "refused") {
    return (
      <IconButton
        icon="x"
        name={t("uploads.dismissOf", { name })}
        onClick={() => sender.dismiss(key)}
      />
    );
  }
  return (
    <>
      {state === "paused" ? (
        <IconButton
          icon="play"
          name={t("uploads.resumeOf", { name })}
          onClick={() => sender.resume(key)}
        />
      ) : (
        <IconButton
          icon="pause"
          name={t("uploads.pauseOf", { name })}
          onClick={() => sender.pause(key)}
        />
      )}
      <IconButton
        icon="x"
        name={t("uploads.cancelOf", { name })}
        onClick={() => sender.cancel(key)}
      />
    </>
  );
}

/** The same file is here already: use that one, put this in its place, or keep both. */
function Duplicate({ one, sender, onChange }: RowProps): VNode {
  const old = one.media?.alike[0];
  const act = async (how: () => Promise<unknown>, said: string) => {
    await how();
    sender.dismiss(one.key);
    toast(said);
    onChange();
  };
  return (
    <div class="row">
      <Button
        kind="soft"
        size="small"
        onClick={() =>
          void act(() => http.delete(`/api/v1/media/${one.mediaId}`), t("uploads.used"))
        }
      >
        {t("uploads.use")}
      </Button>
      <Button
        kind="ghost"
        size="small"
        onClick={() =>
          void act(
            () => http.post(`/api/v1/media/${old?.id}/replace`, { by: one.mediaId }),
            t("uploads.replaced"),
          )
        }
      >
        {t("uploads.replace")}
      </Button>
      <IconButton icon="x" name={t("uploads.keepBoth")} onClick={() => sender.dismiss(one.key)} />
    </div>
  );
}
