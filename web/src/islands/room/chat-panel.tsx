/** Chat: what was said to everybody, or between two, the newest at the bottom. */
import { type Signal, useSignal } from "@preact/signals";
import type { RefObject, VNode } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import type { Message } from "../../protocol/talk-wire.ts";
import { t } from "../../text.ts";
import { Button, Empty, Icon } from "../parts.tsx";
import { Composer } from "./chat-composer.tsx";
import { ChatMessage } from "./chat-message.tsx";
import { WithWhom } from "./chat-private.tsx";
import type { Classroom } from "./classroom.ts";
import type { Audience } from "./talk.ts";

export function AudienceChoice({ room }: { room: Classroom }): VNode {
  const { audience, unread } = room.talk;
  const choose = (one: Audience) => () => {
    audience.value = one;
  };
  return (
    <fieldset class="segments chat-audience">
      <legend class="visually-hidden">{t("chat.audience")}</legend>
      <label>
        <input
          type="radio"
          name="chat-audience"
          checked={audience.value === "everyone"}
          onChange={choose("everyone")}
        />
        <span>
          {t("chat.everyone")}
          {audience.value !== "everyone" && <Dot count={unread.value.everyone} />}
        </span>
      </label>
      <label>
        <input
          type="radio"
          name="chat-audience"
          checked={audience.value === "private"}
          onChange={choose("private")}
        />
        <span>
          {t("chat.private")}
          {audience.value !== "private" && <Dot count={unread.value.private} />}
        </span>
      </label>
    </fieldset>
  );
}

function Dot({ count }: { count: number }): VNode | null {
  if (count === 0) return null;
  return (
    <span class="dot dot-chalk">
      <span class="visually-hidden">{t("chat.titleUnread", { count })}</span>
    </span>
  );
}

export function ChatPanel({ room }: { room: Classroom }): VNode {
  const answers = useSignal<Message | undefined>(undefined);
  const audience = room.talk.audience.value;
  const other = audience === "private" ? room.talk.with.value : undefined;
  const messages = room.talk.shown(audience, other);
  // What one answers stands in this list, or one has moved on.
  useEffect(() => {
    answers.value = undefined;
  }, [audience, other, answers]);
  return (
    <>
      {audience === "private" && <WithWhom room={room} />}
      <Log room={room} messages={messages} answers={answers} key={`${audience} ${other}`} />
      {(audience === "everyone" || other !== undefined) && (
        <Composer
          room={room}
          to={other}
          answers={answers}
          closed={closedTo(room, other)}
          key={`to ${audience} ${other}`}
        />
      )}
    </>
  );
}

/** Why one may not write now, to everybody or to one person; staff can always be written to. */
function closedTo(room: Classroom, to: string | undefined): string | undefined {
  const { locks, participants } = room.roster.value;
  if (room.rights.value.moderate) return undefined;
  if (to === undefined) return locks.chat ? t("chat.closed") : undefined;
  const other = [...participants.values()].find(({ user_id }) => user_id === to);
  if (!locks.private_chat || (other && other.role !== "member")) return undefined;
  return t("chat.closedPrivate");
}

interface LogProps {
  room: Classroom;
  messages: Message[];
  answers: Signal<Message | undefined>;
}

function Log({ room, messages, answers }: LogProps): VNode {
  const box = useAtTheEnd(messages);
  const audience = room.talk.audience.value;
  const newest = messages.at(-1)?.id;
  useEffect(() => {
    if (newest !== undefined || audience === "everyone") room.talk.seen(audience);
  }, [room, audience, newest]);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by keyboard
    <section class="chat-log" ref={box} tabIndex={0} aria-label={t("chat.messages")}>
      {room.talk.now.value.more && <Earlier room={room} box={box} />}
      {messages.length === 0 && <Nothing room={room} />}
      <div role="log" aria-live="polite" aria-relevant="additions">
        <ol class="chat-list">
          {messages.map((message) => (
            <ChatMessage
              key={message.id}
              room={room}
              message={message}
              onAnswer={() => {
                answers.value = message;
                document.getElementById("chat-text")?.focus();
              }}
            />
          ))}
        </ol>
      </div>
    </section>
  );
}

type Box = RefObject<HTMLElement | null>;

function Nothing({ room }: { room: Classroom }): VNode | null {
  if (room.talk.audience.value === "everyone") {
    return (
      <Empty icon="message-square" title={t("chat.empty.title")} text={t("chat.empty.text")} />
    );
  }
  return <Empty icon="lock" title={t("chat.alone.title")} text={t("chat.alone.text")} />;
}

function Earlier({ room, box }: { room: Classroom; box: Box }): VNode {
  const busy = useSignal(false);
  const load = async () => {
    busy.value = true;
    const before = box.current?.scrollHeight ?? 0;
    try {
      await room.talk.older();
    } catch (error) {
      room.trouble(error);
    }
    busy.value = false;
    // What one reads stays where it is.
    requestAnimationFrame(() => {
      if (box.current) box.current.scrollTop += box.current.scrollHeight - before;
    });
  };
  return (
    <Button kind="ghost" size="small" busy={busy.value && t("chat.loading")} onClick={load}>
      <Icon name="history" kind="small" />
      {t("chat.older")}
    </Button>
  );
}

/** Close enough to the end to be taken along by what is new, in pixels. */
const NEAR = 80;

function useAtTheEnd(messages: Message[]): Box {
  const box = useRef<HTMLElement>(null);
  const follows = useRef(true);
  useEffect(() => {
    const at = box.current;
    if (!at) return;
    const follow = () => {
      follows.current = at.scrollHeight - at.scrollTop - at.clientHeight < NEAR;
    };
    const again = new ResizeObserver(() => {
      if (follows.current) at.scrollTop = at.scrollHeight;
    });
    at.addEventListener("scroll", follow, { passive: true });
    again.observe(at);
    for (const inner of at.children) again.observe(inner);
    return () => {
      at.removeEventListener("scroll", follow);
      again.disconnect();
    };
  }, []);
  const newest = messages.at(-1)?.id;
  useLayoutEffect(() => {
    if (box.current && newest && follows.current) box.current.scrollTop = box.current.scrollHeight;
  }, [newest]);
  return box;
}
