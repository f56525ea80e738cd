/** Where one writes: grows with the text, takes images that are chosen, pasted or dropped. */
import { type Signal, useSignal } from "@preact/signals";
import type { VNode } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { Image, Message } from "../../protocol/talk-wire.ts";
import { http } from "../../server.ts";
import { t } from "../../text.ts";
import { Icon, IconButton } from "../parts.tsx";
import { isImage, lightened } from "./chat-image.ts";
import type { Classroom } from "./classroom.ts";
import { refusal } from "./troubles.ts";

const MOST = 2_000;
/** From here on one is told how much is left. */
const TELL_FROM = 1_800;

type Attached = { is: "sending"; url: string } | { is: "ready"; url: string; image: Image };

interface Props {
  room: Classroom;
  /** A person; without one it is for everybody. */
  to: string | undefined;
  answers: Signal<Message | undefined>;
  /** Why nothing can be written now; what was begun stays. */
  closed: string | undefined;
}

export function Composer({ room, to, answers, closed }: Props): VNode {
  const text = useSignal("");
  const attached = useSignal<Attached | undefined>(undefined);
  const trouble = useSignal("");
  const busy = useSignal(false);
  // Of what is written now: sent again after silence, it is said once all the same.
  const key = useRef("");
  const area = useRef<HTMLTextAreaElement>(null);
  useForget(attached);

  const attach = async (file: File | undefined) => {
    if (!file || closed) return;
    trouble.value = "";
    const url = URL.createObjectURL(file);
    attached.value = { is: "sending", url };
    try {
      const image = await room.talk.upload(http, await lightened(file));
      attached.value = { is: "ready", url, image };
    } catch (error) {
      attached.value = undefined;
      trouble.value = refusal(error);
    }
    area.current?.focus();
  };
  const send = async () => {
    const image = attached.value?.is === "ready" ? attached.value.image.id : undefined;
    if (closed || busy.value || attached.value?.is === "sending" || (!text.value.trim() && !image))
      return;
    const said = text.value;
    busy.value = true;
    trouble.value = "";
    key.current ||= crypto.randomUUID();
    try {
      await room.talk.say({
        text: said,
        key: key.current,
        ...(to && { to }),
        ...(answers.value && { reply_to: answers.value.id }),
        ...(image && { image }),
      });
      // What was typed meanwhile is the next message.
      text.value = text.value.startsWith(said) ? text.value.slice(said.length) : text.value;
      key.current = "";
      answers.value = attached.value = undefined;
    } catch (error) {
      trouble.value = refusal(error);
    }
    busy.value = false;
    area.current?.focus();
  };
  return (
    <form
      class="composer"
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => {
        event.preventDefault();
        void attach([...(event.dataTransfer?.files ?? [])].find(isImage));
      }}
    >
      {answers.value && <Answers answers={answers} />}
      {attached.value && <Preview attached={attached} />}
      {trouble.value && (
        <p class="field-error" role="alert">
          <Icon name="circle-alert" />
          <span>{trouble.value}</span>
        </p>
      )}
      {closed && (
        <p class="composer-closed" id="chat-closed" role="status">
          <Icon name="lock" kind="small" />
          {closed}
        </p>
      )}
      <div class="composer-box" data-closed={closed ? "" : undefined}>
        <textarea
          id="chat-text"
          ref={area}
          rows={1}
          maxLength={MOST}
          dir="auto"
          disabled={closed !== undefined}
          aria-describedby={closed && "chat-closed"}
          aria-label={to ? t("chat.writePrivate") : t("chat.write")}
          placeholder={to ? t("chat.writePrivate") : t("chat.write")}
          value={text.value}
          onInput={({ currentTarget }) => {
            text.value = currentTarget.value;
            key.current = "";
          }}
          onKeyDown={(event) => {
            if (event.key === "Escape") event.currentTarget.blur();
            if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
            event.preventDefault();
            void send();
          }}
          onPaste={(event) => {
            const image = [...(event.clipboardData?.files ?? [])].find(isImage);
            if (image) event.preventDefault();
            void attach(image);
          }}
        />
        {!closed && <Choose onFile={(file) => void attach(file)} />}
        <button
          type="submit"
          class="composer-send"
          aria-label={t("chat.send")}
          aria-busy={busy}
          disabled={closed !== undefined}
        >
          <Icon name="send" kind="small" />
        </button>
      </div>
      {text.value.length > TELL_FROM && (
        <p class="composer-left figures">{t("chat.left", { count: MOST - text.value.length })}</p>
      )}
    </form>
  );
}

/** What the browser holds of a picture goes with its preview. */
function useForget(attached: Signal<Attached | undefined>): void {
  const url = attached.value?.url;
  useEffect(() => () => URL.revokeObjectURL(url ?? ""), [url]);
}

function Answers({ answers }: { answers: Signal<Message | undefined> }): VNode | null {
  const message = answers.value;
  if (!message) return null;
  return (
    <div class="composer-about">
      <blockquote class="chat-quote clip">
        {`${message.name}: ${message.text || t("chat.anImage")}`}
      </blockquote>
      <IconButton
        icon="x"
        name={t("chat.noReply")}
        onClick={() => {
          answers.value = undefined;
        }}
      />
    </div>
  );
}

function Preview({ attached }: { attached: Signal<Attached | undefined> }): VNode | null {
  const now = attached.value;
  if (!now) return null;
  return (
    <div class="composer-about">
      <img src={now.url} alt={t("chat.attached")} height={56} />
      <span class="composer-state" role="status">
        {now.is === "sending" ? t("chat.imageSending") : t("chat.imageReady")}
      </span>
      <IconButton
        icon="x"
        name={t("chat.noImage")}
        onClick={() => {
          attached.value = undefined;
        }}
      />
    </div>
  );
}

function Choose({ onFile }: { onFile: (file: File | undefined) => void }): VNode {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <input
        ref={input}
        type="file"
        accept="image/png,image/jpeg,image/webp,image/gif"
        class="visually-hidden"
        tabIndex={-1}
        aria-hidden="true"
        data-chat-file
        onChange={({ currentTarget }) => {
          onFile(currentTarget.files?.[0]);
          currentTarget.value = "";
        }}
      />
      <IconButton icon="image" name={t("chat.image")} onClick={() => input.current?.click()} />
    </>
  );
}
