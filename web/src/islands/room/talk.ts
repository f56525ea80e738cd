/** What is said in a class, as one page lives it: what is known of it, what is new, what one does. */
import { batch, computed, type ReadonlySignal, type Signal, signal } from "@preact/signals";
import * as conversation from "../../protocol/conversation.ts";
import { type Conversation, partner, SILENT } from "../../protocol/conversation.ts";
import type { Http } from "../../protocol/http.ts";
import type { Live } from "../../protocol/socket.ts";
import type {
  Given,
  Image,
  Message,
  MyAnswer,
  NewPoll,
  OlderMessages,
  Poll,
  PollResults,
  Reaction,
  TalkEvent,
  TalkNews,
} from "../../protocol/talk-wire.ts";
import type { Joined, RoomEvent } from "../../protocol/wire.ts";
import { t } from "../../text.ts";
import { When } from "../../when.ts";
import type { Notice, Notices } from "./notices.ts";

/** Where one writes: to everybody, or to one person. */
export type Audience = "everyone" | "private";

export interface Floating extends Given {
  key: number;
}

export interface Writing {
  text: string;
  key: string;
  to?: string | undefined;
  reply_to?: string | undefined;
  image?: string | undefined;
}

/** Milliseconds that a sign is seen. */
const FLOATS = 4_000;
/** As long as the server counts somebody as lost. */
const LOST_FOR = 180_000;
/** A phone line with a picture of some megabytes. */
const UPLOAD_LIMIT = 60_000;

export class Talk {
  readonly now: Signal<Conversation> = signal(SILENT);
  readonly audience: Signal<Audience> = signal("everyone");
  /** With whom one writes in private. */
  readonly with: Signal<string | undefined> = signal(undefined);
  readonly reactions: Signal<readonly Floating[]> = signal([]);
  /** One has said that one cannot follow, a short while ago. */
  readonly lost: Signal<boolean> = signal(false);
  readonly unread: ReadonlySignal<{ everyone: number; private: number }>;
  /** Polls that are open and wait for an answer. */
  readonly asked: ReadonlySignal<Poll[]>;
  readonly when: When;
  readonly #live: Live;
  readonly #notices: Notices;
  readonly #read = { everyone: signal(""), private: signal("") };
  #me = "";
  #meeting = "";
  #floating = 0;
  #looks: ReadonlySignal<"chat" | "polls" | undefined>;
  #opens: (panel: "polls") => void;

  constructor(
    live: Live,
    notices: Notices,
    options: {
      zone: string;
      looks: ReadonlySignal<"chat" | "polls" | undefined>;
      opens: (panel: "polls") => void;
    },
  ) {
    this.#live = live;
    this.#notices = notices;
    this.#looks = options.looks;
    this.#opens = options.opens;
    this.when = new When(options.zone);
    this.unread = computed(() => ({
      everyone: this.#unreadIn("everyone"),
      private: this.#unreadIn("private"),
    }));
    this.asked = computed(() => {
      const { polls, answers } = this.now.value;
      return [...polls.values()].filter(({ id, stage }) => stage === "open" && !answers.has(id));
    });
    this.#listen();
  }

  // What one knows

  /** With everybody, or with one person. */
  shown(audience: Audience, other?: string): Message[] {
    return this.now.value.messages.filter((message) => {
      const whom = partner(message, this.#me);
      return audience === "everyone" ? whom === undefined : whom !== undefined && whom === other;
    });
  }

  get me(): string {
    return this.#me;
  }

  image(image: Image, size: "small" | "large"): string {
    return `/api/v1/meetings/${this.#meeting}/images/${image.id}?size=${size}`;
  }

  /** All that one is shown counts as read. */
  seen(audience: Audience): void {
    const newest = this.now
      .peek()
      .messages.findLast((one) => (one.to === null) === (audience === "everyone"));
    if (newest && newest.id > this.#read[audience].peek()) {
      this.#read[audience].value = newest.id;
      this.#remember();
    }
  }

  #unreadIn(audience: Audience): number {
    const read = this.#read[audience].value;
    return this.now.value.messages.filter(
      ({ id, to, author, deleted }) =>
        id > read && (to === null) === (audience === "everyone") && author !== this.#me && !deleted,
    ).length;
  }

  // What happens

  entered({ meeting, me, talk }: Joined): void {
    const first = meeting.id !== this.#meeting;
    this.#meeting = meeting.id;
    this.#me = me.user_id;
    batch(() => {
      this.now.value = conversation.entered(first ? SILENT : this.now.peek(), talk);
      if (first) this.#remembered();
    });
  }

  happened(events: readonly RoomEvent[], hosts: boolean): void {
    for (const event of events) {
      if (!isTalk(event)) continue;
      const known = event.type === "message" && this.#knows(event.message.id);
      this.now.value = conversation.happened(this.now.peek(), event);
      if (event.type === "message" && !known) this.#announce(event.message);
      if (event.type === "poll_opened" && !hosts) this.#isAsked(event.poll);
      if (event.type === "poll_shared" && !hosts) this.#tell(t("polls.sharedNow"), "chart-column");
    }
  }

  /** Whoever becomes a host sees drafts and sums; nobody else knows of them. */
  async ranked(): Promise<void> {
    const { polls } = await this.#live.call<{ polls: Poll[] }>("poll.list", {});
    const known = new Map(polls.map((poll) => [poll.id, poll]));
    this.now.value = { ...this.now.peek(), polls: known };
  }

  #knows(id: string): boolean {
    return this.now.peek().messages.some((one) => one.id === id);
  }

  #listen(): void {
    this.#on("chat.private", ({ message }) => {
      const known = this.#knows(message.id);
      this.now.value = conversation.said(this.now.peek(), message);
      if (message.deleted) {
        this.now.value = conversation.deleted(this.now.peek(), message.id, message.deleted);
      } else if (!known) this.#announce(message);
    });
    this.#on("room.reactions", ({ reactions }) => this.#float(reactions));
    this.#on("room.lost_count", ({ lost }) => {
      const before = this.now.peek().lost ?? 0;
      this.now.value = { ...this.now.peek(), lost };
      if (lost > before) {
        this.#tell(t("room.lost.count", { count: lost }), "life-buoy", { chalk: true });
      }
    });
    this.#on("poll.changed", ({ poll }) => {
      this.now.value = conversation.pollIs(this.now.peek(), poll);
    });
    this.#on("poll.gone", ({ poll }) => {
      this.now.value = conversation.pollGone(this.now.peek(), poll);
    });
    this.#on("poll.answered", ({ answer }) => {
      this.now.value = conversation.answeredBy(this.now.peek(), answer);
    });
    this.#on("poll.tally", ({ tally }) => {
      this.now.value = conversation.tallied(this.now.peek(), tally);
    });
  }

  #on<K extends keyof TalkNews>(name: K, take: (news: TalkNews[K]) => void): void {
    this.#live.on<TalkNews[K]>(name, (news) => {
      if (news.meeting === this.#meeting) take(news);
    });
  }

  /** Screen readers hear it here, unless the open panel says it. */
  #announce({ author, name, text, to, deleted }: Message): void {
    if (author === this.#me || deleted) return;
    const audience = to ? "private" : "everyone";
    if (this.#looks.peek() === "chat" && this.audience.peek() === audience) return;
    const said = text || t("chat.anImage");
    this.#notices.say(
      to ? t("chat.privatelyBy", { name, text: said }) : t("chat.saidBy", { name, text: said }),
    );
    if (to) {
      this.#notices.show({ text: t("chat.privateFrom", { name }), icon: "lock", chalk: true });
    }
  }

  #isAsked({ question }: Poll): void {
    this.#tell(t("polls.asked", { question }), "vote", { chalk: true });
    // Whoever writes just now is not interrupted.
    if (this.#looks.peek() !== "chat") this.#opens("polls");
  }

  #tell(text: string, icon: string, more: Partial<Notice> = {}): void {
    this.#notices.tell({ text, icon, ...more });
  }

  #float(given: readonly Given[]): void {
    const fresh = given.map((one) => ({ ...one, key: this.#floating++ }));
    this.reactions.value = [...this.reactions.peek(), ...fresh];
    const keys = new Set(fresh.map(({ key }) => key));
    setTimeout(() => {
      this.reactions.value = this.reactions.peek().filter(({ key }) => !keys.has(key));
    }, FLOATS);
  }

  // What one does

  /** Under the same key it is said once, however often it is sent. */
  async say(writing: Writing): Promise<void> {
    const message = await this.#live.call<Message>("chat.send", writing);
    this.now.value = conversation.said(this.now.peek(), message);
    this.seen(message.to ? "private" : "everyone");
  }

  async remove(message: Message): Promise<void> {
    await this.#live.call("chat.delete", { message: message.id });
    this.now.value = conversation.deleted(
      this.now.peek(),
      message.id,
      message.author === this.#me ? "author" : "staff",
    );
  }

  async older(): Promise<void> {
    const [first] = this.now.peek().messages;
    if (!first) return;
    const page = await this.#live.call<OlderMessages>("chat.older", { before: first.id });
    this.now.value = conversation.earlier(this.now.peek(), page);
  }

  async upload(http: Http, file: Blob): Promise<Image> {
    return await http.call<Image>({
      method: "POST",
      path: `/api/v1/meetings/${this.#meeting}/images`,
      body: file,
      timeout: UPLOAD_LIMIT,
    });
  }

  async react(reaction: Reaction): Promise<void> {
    await this.#live.call("room.react", { reaction });
  }

  async lose(): Promise<void> {
    if (this.lost.peek()) return;
    await this.#live.call("room.lost", {});
    this.lost.value = true;
    setTimeout(() => {
      this.lost.value = false;
    }, LOST_FOR);
    this.#tell(t("room.lost.told"), "life-buoy");
  }

  async ask(poll: NewPoll): Promise<void> {
    const made = await this.#live.call<Poll>("poll.create", poll);
    this.now.value = conversation.pollIs(this.now.peek(), made);
  }

  async step(poll: Poll, step: "open" | "close" | "share"): Promise<void> {
    const now = await this.#live.call<Poll>(`poll.${step}`, { poll: poll.id });
    this.now.value = conversation.pollIs(this.now.peek(), now);
  }

  async discard(poll: Poll): Promise<void> {
    await this.#live.call("poll.discard", { poll: poll.id });
    this.now.value = conversation.pollGone(this.now.peek(), poll.id);
  }

  async answer(poll: Poll, choices: number[], text = ""): Promise<void> {
    const mine = await this.#live.call<MyAnswer>("poll.answer", { poll: poll.id, choices, text });
    this.now.value = conversation.answeredBy(this.now.peek(), mine);
  }

  async results(poll: Poll): Promise<PollResults> {
    return await this.#live.call<PollResults>("poll.results", { poll: poll.id });
  }

  // What this tab remembers: up to where one has read, also after a reload

  #remember(): void {
    const { everyone, private: alone } = this.#read;
    const read = { meeting: this.#meeting, everyone: everyone.peek(), private: alone.peek() };
    sessionStorage.setItem(KEPT, JSON.stringify(read));
  }

  /** Of what was said before one came, nothing is new. */
  #remembered(): void {
    const kept = keptRead(this.#meeting);
    const newest = this.now.peek().messages.at(-1)?.id ?? "";
    this.#read.everyone.value = kept?.everyone ?? newest;
    this.#read.private.value = kept?.private ?? newest;
    this.#remember();
  }
}

const KEPT = "vtp.read";

function keptRead(meeting: string): { everyone: string; private: string } | undefined {
  try {
    const kept = JSON.parse(sessionStorage.getItem(KEPT) ?? "{}") as Record<string, unknown>;
    if (kept["meeting"] !== meeting) return undefined;
    return { everyone: String(kept["everyone"]), private: String(kept["private"]) };
  } catch {
    return undefined;
  }
}

const TALK = new Set(["message", "message_deleted", "poll_opened", "poll_closed", "poll_shared"]);

function isTalk(event: RoomEvent | TalkEvent): event is RoomEvent & TalkEvent {
  return TALK.has(event.type);
}
