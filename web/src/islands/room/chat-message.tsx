/** One message: who, when, what it answers, its words and its image. */
import { useSignal } from "@preact/signals";
import type { VNode } from "preact";
import type { Message, Quote } from "../../protocol/talk-wire.ts";
import { t } from "../../text.ts";
import { Avatar } from "../avatar.tsx";
import { Modal } from "../modal.tsx";
import { Button, Icon, IconButton } from "../parts.tsx";
import type { Classroom } from "./classroom.ts";
import { pieces } from "./links.ts";
import { roleOf } from "./people.ts";

interface Props {
  room: Classroom;
  message: Message;
  onAnswer: () => void;
}

export function ChatMessage({ room, message, onAnswer }: Props): VNode {
  const mine = message.author === room.talk.me;
  const { name, deleted } = message;
  return (
    <li class={`chat-message${mine ? " chat-mine" : ""}`} data-message={message.id}>
      {!mine && <Avatar id={message.author} name={name} url="" size="small" />}
      <div class="chat-said">
        <p class="chat-head">
          <strong class="clip">{mine ? t("room.you") : name}</strong>
          {!mine && <Role room={room} message={message} />}
          <Sent room={room} at={message.sent_at} />
        </p>
        {deleted ? (
          <p class="chat-deleted">{deletedBy(deleted, mine)}</p>
        ) : (
          <>
            {message.reply && <Quoted quote={message.reply} />}
            {message.text && <Words text={message.text} />}
            {message.image && <Picture room={room} message={message} />}
          </>
        )}
      </div>
      {!deleted && <Acts room={room} message={message} mine={mine} onAnswer={onAnswer} />}
    </li>
  );
}

/** As it was when they wrote; who came by the link is known as a guest while they are here. */
function Role({ room, message }: { room: Classroom; message: Message }): VNode | null {
  const { role, author } = message;
  const word = roleOf({ role, guest: room.guests.value.includes(author) });
  return word ? <span class="chat-role">{word}</span> : null;
}

function deletedBy(by: "author" | "staff", mine: boolean): string {
  if (mine && by === "author") return t("chat.deletedByYou");
  return by === "author" ? t("chat.deletedByAuthor") : t("chat.deletedByStaff");
}

function Sent({ room, at }: { room: Classroom; at: string }): VNode {
  const { when } = room.talk;
  return (
    <time class="figures" dateTime={at} title={when.full(at)}>
      {when.clock(Date.parse(at))}
    </time>
  );
}

function Quoted({ quote }: { quote: Quote }): VNode {
  return (
    <blockquote class="chat-quote clip">
      {quote.text ? `${quote.name}: ${quote.text}` : t("chat.quoteGone", { name: quote.name })}
    </blockquote>
  );
}

/** Text, never markup; what is an address can be followed. */
function Words({ text }: { text: string }): VNode {
  return (
    <p class="chat-words" dir="auto">
      {pieces(text).map((piece) =>
        typeof piece === "string" ? (
          piece
        ) : (
          <a href={piece.href} target="_blank" rel="noopener noreferrer nofollow ugc">
            {piece.text}
          </a>
        ),
      )}
    </p>
  );
}

/** The width of a thumbnail at most, in pixels; its height follows. */
const WIDEST = 220;
const HIGHEST = 180;

function Picture({ room, message }: { room: Classroom; message: Message }): VNode | null {
  const large = useSignal(false);
  const { image } = message;
  if (!image) return null;
  const shrunk = Math.min(1, WIDEST / image.width, HIGHEST / image.height);
  const name = t("chat.imageBy", { name: message.name });
  return (
    <>
      <button
        type="button"
        class="chat-image"
        aria-label={t("chat.enlarge", { name: message.name })}
        onClick={() => {
          large.value = true;
        }}
      >
        <img
          src={room.talk.image(image, "small")}
          alt=""
          width={Math.round(image.width * shrunk)}
          height={Math.round(image.height * shrunk)}
          loading="lazy"
        />
      </button>
      {large.value && (
        <Modal
          title={name}
          wide
          onClose={() => {
            large.value = false;
          }}
        >
          <img
            class="chat-image-large"
            src={room.talk.image(image, "large")}
            alt={name}
            width={image.width}
            height={image.height}
          />
        </Modal>
      )}
    </>
  );
}

interface ActsProps extends Props {
  mine: boolean;
}

function Acts({ room, message, mine, onAnswer }: ActsProps): VNode {
  const asking = useSignal(false);
  const deletes = mine || (room.rights.value.moderate && message.to === null);
  const close = () => {
    asking.value = false;
  };
  const remove = async () => {
    close();
    await room.talk.remove(message).catch((error: unknown) => room.trouble(error));
  };
  return (
    <div class="chat-acts">
      <IconButton
        icon="reply"
        name={t("chat.replyTo", { name: message.name })}
        onClick={onAnswer}
      />
      {deletes && (
        <IconButton
          icon="trash-2"
          name={t("chat.delete")}
          onClick={() => {
            asking.value = true;
          }}
        />
      )}
      {asking.value && (
        <Modal title={t("chat.delete.title")} onClose={close}>
          <p class="quiet">{t("chat.delete.text")}</p>
          <div class="dialog-actions">
            <Button onClick={close}>{t("dialog.cancel")}</Button>
            <Button kind="danger" onClick={() => void remove()}>
              <Icon name="trash-2" />
              {t("chat.delete.action")}
            </Button>
          </div>
        </Modal>
      )}
    </div>
  );
}
