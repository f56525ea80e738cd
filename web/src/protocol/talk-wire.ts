/** What is said about messages, polls and signs over the socket; the shapes of docs/PROTOCOL.md. */

export interface Recipient {
  user_id: string;
  name: string;
}

export interface Quote {
  id: string;
  name: string;
  text: string;
}

export interface Image {
  id: string;
  width: number;
  height: number;
}

export interface Message {
  id: string;
  author: string;
  name: string;
  role: string;
  sent_at: string;
  text: string;
  to: Recipient | null;
  reply: Quote | null;
  image: Image | null;
  deleted: "author" | "staff" | null;
}

export type PollKind = "single" | "multiple" | "text";

export interface Poll {
  id: string;
  kind: PollKind;
  question: string;
  options: string[];
  anonymous: boolean;
  live: boolean;
  stage: "draft" | "open" | "closed";
  opened_at: string | null;
  closed_at: string | null;
  shared: boolean;
  /** Null while one may not know. */
  answered: number | null;
  counts: number[] | null;
}

export interface Tally {
  poll: string;
  answered: number;
  counts: number[];
}

export interface MyAnswer {
  poll: string;
  choices: number[];
  text: string;
}

export interface PollResults {
  poll: Poll;
  answers: { name: string | null; choices: number[]; text: string }[];
}

export interface TalkSnapshot {
  messages: Message[];
  more: boolean;
  polls: Poll[];
  answers: MyAnswer[];
  lost: number | null;
}

export type Reaction = "thumbs_up" | "heart" | "idea" | "laugh" | "party";

export interface Given {
  participant: string;
  reaction: Reaction;
  count: number;
}

export type TalkEvent =
  | { type: "message"; message: Message }
  | { type: "message_deleted"; message_id: string; by: "author" | "staff" }
  | { type: "poll_opened" | "poll_closed" | "poll_shared"; poll: Poll };

/** News that have no number: about one class each. */
export interface TalkNews {
  "chat.private": { meeting: string; message: Message };
  "room.reactions": { meeting: string; reactions: Given[] };
  "room.lost_count": { meeting: string; lost: number };
  "poll.changed": { meeting: string; poll: Poll };
  "poll.gone": { meeting: string; poll: string };
  "poll.answered": { meeting: string; answer: MyAnswer };
  "poll.tally": { meeting: string; tally: Tally };
}

export interface OlderMessages {
  messages: Message[];
  more: boolean;
}

export interface NewPoll {
  kind: PollKind;
  question: string;
  options: string[];
  anonymous: boolean;
  live: boolean;
  open: boolean;
}
