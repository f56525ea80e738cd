/** What is said in a class, as a client keeps it: in the order of its numbers. Pure. */
import type {
  Message,
  MyAnswer,
  OlderMessages,
  Poll,
  TalkEvent,
  TalkSnapshot,
  Tally,
} from "./talk-wire.ts";

export interface Conversation {
  readonly messages: readonly Message[];
  /** The server has older ones. */
  readonly more: boolean;
  /** Beyond so many the oldest are left to the server, and asked for where somebody wants them. */
  readonly most: number;
  readonly polls: ReadonlyMap<string, Poll>;
  readonly answers: ReadonlyMap<string, MyAnswer>;
  /** How many cannot follow; null for whom that is not told. */
  readonly lost: number | null;
}

export const SILENT: Conversation = {
  messages: [],
  more: false,
  most: 600,
  polls: new Map(),
  answers: new Map(),
  lost: null,
};

/** What was loaded before is kept where it joins on to what there is now. */
export function entered(before: Conversation, now: TalkSnapshot): Conversation {
  const first = now.messages[0]?.id;
  const joins = first !== undefined && before.messages.some(({ id }) => id >= first);
  const older = joins ? before.messages.filter(({ id }) => id < first) : [];
  return {
    messages: [...older, ...now.messages],
    more: older.length > 0 ? before.more : now.more,
    most: before.most,
    polls: new Map(now.polls.map((poll) => [poll.id, poll])),
    answers: new Map(now.answers.map((answer) => [answer.poll, answer])),
    lost: now.lost,
  };
}

export function happened(now: Conversation, event: TalkEvent): Conversation {
  switch (event.type) {
    case "message":
      return said(now, event.message);
    case "message_deleted":
      return deleted(now, event.message_id, event.by);
    case "poll_opened":
    case "poll_closed":
    case "poll_shared":
      return pollIs(now, event.poll);
    default:
      return now;
  }
}

/** In its place; what was known under its number is replaced. */
export function said(now: Conversation, message: Message): Conversation {
  const rest = now.messages.filter(({ id }) => id !== message.id);
  const at = rest.findLastIndex(({ id }) => id < message.id) + 1;
  return lightened({ ...now, messages: [...rest.slice(0, at), message, ...rest.slice(at)] });
}

/** Many at once and seldom, so that what is on the page does not move with every message. */
const LEFT_AT_ONCE = 100;

function lightened(now: Conversation): Conversation {
  if (now.messages.length <= now.most) return now;
  return { ...now, messages: now.messages.slice(LEFT_AT_ONCE), more: true };
}

export function deleted(now: Conversation, gone: string, by: Message["deleted"]): Conversation {
  const messages = now.messages.map((one) => {
    if (one.id === gone) return { ...one, text: "", image: null, reply: null, deleted: by };
    if (one.reply?.id === gone) return { ...one, reply: { ...one.reply, text: "" } };
    return one;
  });
  return { ...now, messages };
}

export function earlier(now: Conversation, page: OlderMessages): Conversation {
  const known = new Set(now.messages.map(({ id }) => id));
  const older = page.messages.filter(({ id }) => !known.has(id));
  const messages = [...older, ...now.messages];
  // What somebody asked for and reads does not go under their eyes.
  const most = Math.max(now.most, messages.length + SILENT.most);
  return { ...now, messages, more: page.more, most };
}

/** What everybody is told of a poll takes nothing from what one knows oneself. */
export function pollIs(now: Conversation, poll: Poll): Conversation {
  const before = now.polls.get(poll.id);
  const answered = poll.answered ?? before?.answered ?? null;
  const counts = poll.counts ?? before?.counts ?? null;
  return { ...now, polls: new Map(now.polls).set(poll.id, { ...poll, answered, counts }) };
}

export function pollGone(now: Conversation, id: string): Conversation {
  const polls = new Map(now.polls);
  polls.delete(id);
  return { ...now, polls };
}

export function tallied(now: Conversation, { poll, answered, counts }: Tally): Conversation {
  const found = now.polls.get(poll);
  if (!found) return now;
  return { ...now, polls: new Map(now.polls).set(poll, { ...found, answered, counts }) };
}

export function answeredBy(now: Conversation, answer: MyAnswer): Conversation {
  return { ...now, answers: new Map(now.answers).set(answer.poll, answer) };
}

/** Whom a private message is shared with; nothing for what everybody sees. */
export function partner(message: Message, me: string): string | undefined {
  if (!message.to) return undefined;
  return message.author === me ? message.to.user_id : message.author;
}
