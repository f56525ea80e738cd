/** One meeting as a client lives it: joining, what changes, and coming back after a cut. */
import { Media, type MediaOptions, type MediaState } from "./media.ts";
import { Refused } from "./problem.ts";
import { after, EMPTY, fromSnapshot, type Roster } from "./roster.ts";
import type { Live, LiveState } from "./socket.ts";
import type {
  AskedNews,
  Door,
  Ending,
  Joined,
  LayerNews,
  NotNowNews,
  Parting,
  Rights,
  RoomEvent,
  RoomNews,
  Source,
  Speaking,
  WaitOverNews,
} from "./wire.ts";

/**
 * `waiting`: refused for now, asked again by itself. `outside`: somebody who is in has to let us in.
 * `left` and `refused` are the end.
 */
export type RoomState = "joining" | "waiting" | "outside" | "open" | "away" | "left" | "refused";

/** Why it waits, was refused, or is over; nothing when one left by oneself. */
export interface Why {
  error?: Refused;
  how?: Parting | Ending | "declined";
}

export interface RoomHandlers {
  onRoster: (roster: Roster) => void;
  onState: (state: RoomState, why: Why) => void;
  /** The media began anew: nothing that was sent or received before goes on. */
  onMedia: (media: Media, joined: Joined) => void;
  /** What has just happened, in order; after a gap only what is known of it. */
  onEvents?: (events: readonly RoomEvent[]) => void;
  /** In, or back: with what there is besides people and tracks. */
  onEntered?: (joined: Joined) => void;
  onRights?: (rights: Rights) => void;
  onMediaState?: (state: MediaState) => void;
  onSpeaking?: (speaking: Speaking) => void;
  onLayer?: (news: LayerNews) => void;
  /** For staff: who waits to be let in, and who is kept out. */
  onDoor?: (door: Door) => void;
  onAsked?: (news: AskedNews) => void;
  onNotNow?: (news: NotNowNews) => void;
}

export interface RoomOptions {
  /** What can send and receive here; by itself the browser. */
  device?: MediaOptions["device"];
  /** Milliseconds until it is tried again after silence; then twice as long. */
  again?: number;
}

const AGAIN = 1_000;
const LONGEST = 15_000;
const ALL: Source[] = ["microphone", "camera", "screen", "screen_audio"];

export class Room {
  readonly #live: Live;
  readonly #roomId: string;
  readonly #tell: RoomHandlers;
  readonly #options: RoomOptions;
  readonly #offs: (() => void)[] = [];
  #roster: Roster = EMPTY;
  #joined: Joined | undefined;
  #media: Media | undefined;
  #state: RoomState = "joining";
  #joining = false;
  /** News that came before the answer that they follow. */
  #early: RoomNews[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;
  #wait: number;

  constructor(live: Live, roomId: string, handlers: RoomHandlers, options: RoomOptions = {}) {
    this.#live = live;
    this.#roomId = roomId;
    this.#tell = handlers;
    this.#options = options;
    this.#wait = options.again ?? AGAIN;
    this.#offs.push(
      live.onState((state) => this.#socketIs(state)),
      live.on<RoomNews>("room.events", (news) => this.#heard(news)),
      live.on<Speaking>("room.speaking", (news) => this.#speaks(news)),
      live.on<LayerNews>("media.layer", (news) => handlers.onLayer?.(news)),
      live.on<Door & { meeting: string }>("room.door", (news) => {
        if (news.meeting === this.#joined?.meeting.id) handlers.onDoor?.(news);
      }),
      live.on<AskedNews>("room.asked", (news) => handlers.onAsked?.(news)),
      live.on<NotNowNews>("room.not_now", (news) => handlers.onNotNow?.(news)),
      live.on<WaitOverNews>("room.answer", (news) => this.#answered(news)),
    );
    if (live.state === "open") void this.#join();
    else if (live.state === "ended") queueMicrotask(() => this.#socketIs("ended"));
  }

  get state(): RoomState {
    return this.#state;
  }

  get joined(): Joined | undefined {
    return this.#joined;
  }

  get roster(): Roster {
    return this.#roster;
  }

  call<T>(event: string, body: unknown): Promise<T> {
    return this.#live.call<T>(event, body);
  }

  async leave(): Promise<void> {
    if (this.#over) return;
    const here = this.#joined !== undefined || this.#state === "outside";
    const there = here && this.#live.state === "open";
    this.#end("left", {});
    if (there) await this.#live.call("room.leave", {}).catch(() => undefined);
  }

  /** Somebody looks again, or a network is there: what is away tries at once. */
  hurry(): void {
    if (this.#over) return;
    this.#live.hurry();
    if (this.#live.state !== "open") return;
    if (this.#state === "open") this.#media?.mend();
    else if (this.#state === "away") void this.#join();
  }

  /** The way to the server is another one, or was forgotten while the machine slept. */
  moved(): void {
    if (!this.#over) this.#live.renew();
  }

  #socketIs(state: LiveState): void {
    if (this.#over) return;
    if (state === "open") void this.#join();
    else if (state === "ended") this.#end("refused", {});
    else if (this.#joined) this.#become("away");
  }

  /** As the same participant where there was one before. */
  async #join(): Promise<void> {
    if (this.#joining || this.#over) return;
    clearTimeout(this.#timer);
    this.#joining = true;
    this.#early = [];
    try {
      const before = this.#joined;
      const resume = before && { token: before.resume_token, seq: this.#roster.seq };
      const body = { room: this.#roomId, ...(resume && { resume }) };
      const joined = await this.#live.call<Joined>("room.join", body);
      if (this.#over) await this.#live.call("room.leave", {}).catch(() => undefined);
      else this.#entered(joined);
    } catch (error) {
      await this.#notJoined(error);
    } finally {
      this.#joining = false;
    }
  }

  async #notJoined(error: unknown): Promise<void> {
    if (!(error instanceof Refused)) {
      // Silence. If the socket is away, the next one brings us here; else we ask again.
      if (this.#live.state === "open") this.#joinIn(this.#next());
    } else if (error.code === "already_in_meeting") {
      // An answer of before was lost on the way: we are in, as somebody whom we do not know.
      await this.#live.call("room.leave", {}).catch(() => undefined);
      if (this.#live.state === "open") this.#joinIn(this.#next());
    } else if (error.code === "waiting_room") {
      await this.#waitOutside();
    } else if (error.retryAfter !== undefined) {
      this.#become("waiting", { error });
      this.#joinIn(Math.max(error.retryAfter * 1_000, this.#next()));
    } else {
      this.#end("refused", { error });
    }
  }

  /** Ask to be let in; who need not be, joins. After a cut the place in the line is kept. */
  async #waitOutside(): Promise<void> {
    try {
      const { since } = await this.#live.call<{ since: string | null }>("room.wait", {
        room: this.#roomId,
      });
      if (since === null) this.#joinIn(0);
      else this.#become("outside");
    } catch (error) {
      if (!(error instanceof Refused)) this.#joinIn(this.#next());
      else if (error.retryAfter !== undefined) this.#joinIn(error.retryAfter * 1_000);
      else this.#end("refused", { error });
    }
  }

  #answered({ room, answer }: WaitOverNews): void {
    if (room !== this.#roomId || this.#over || this.#joined) return;
    if (answer === "declined") this.#end("refused", { how: "declined" });
    else this.#joinIn(0);
  }

  #joinIn(milliseconds: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      if (this.#live.state === "open") void this.#join();
    }, milliseconds);
  }

  /** Never all at once after the server was away. */
  #next(): number {
    const wait = this.#wait;
    this.#wait = Math.min(wait * 2, LONGEST);
    return wait * (0.75 + Math.random() / 2);
  }

  #entered(joined: Joined): void {
    const cut = this.#state !== "open"; // else the line was there all the time
    this.#joined = joined;
    this.#wait = this.#options.again ?? AGAIN;
    this.#tellRights(joined.rights);
    this.#tell.onDoor?.(joined.door ?? { waiting: [], kept_out: [] });
    if (joined.missed.length > 0) this.#tell.onEvents?.(joined.missed);
    this.#tell.onEntered?.(joined);
    this.#show(fromSnapshot(joined));
    if (this.#over) return;
    this.#become("open");
    if (!joined.resumed || !this.#media) this.#beginMedia(joined);
    else if (cut) void this.#media.restart();
    const early = this.#early;
    this.#early = [];
    this.#joining = false;
    for (const news of early) this.#heard(news);
  }

  #beginMedia(joined: Joined): void {
    this.#media?.close();
    const { device } = this.#options;
    const media = new Media({
      live: this.#live,
      capabilities: joined.capabilities,
      codecs: joined.codecs,
      iceServers: joined.ice_servers,
      onState: (state) => this.#tell.onMediaState?.(state),
      onLost: () => void this.#mediaLost(media),
      ...(device && { device }),
    });
    this.#media = media;
    this.#tell.onMedia(media, joined);
  }

  /** The server gave our connections up while we kept the place: only a new one helps. */
  async #mediaLost(media: Media): Promise<void> {
    if (media !== this.#media || media.closed || this.#over) return;
    media.close();
    await this.#live.call("room.leave", {}).catch(() => undefined);
    this.#joined = undefined;
    this.#become("away");
    await this.#join();
  }

  #heard(news: RoomNews): void {
    if (this.#over) return;
    if (this.#joining) this.#early.push(news);
    else if (news.meeting === this.#joined?.meeting.id) this.#take(news.events);
  }

  #take(events: RoomEvent[]): void {
    const { seq } = this.#roster;
    const roster = after(this.#roster, events);
    if (!roster) {
      // A step is missing: ask what there is now. Media go on, nothing else is lost.
      void this.#join();
      return;
    }
    this.#tell.onEvents?.(events.filter((event) => event.seq > seq));
    this.#show(roster, events);
  }

  #show(roster: Roster, events: readonly RoomEvent[] = this.#joined?.missed ?? []): void {
    const me = this.#joined?.me.id ?? "";
    const before = this.#roster;
    this.#roster = roster;
    this.#tell.onRoster(roster);
    const now = roster.participants.get(me);
    if (roster.ended !== undefined) this.#end("left", { how: roster.ended });
    else if (!now) this.#end("left", partingOf(me, events));
    else if (
      now.role !== before.participants.get(me)?.role ||
      roster.memberSources.join() !== before.memberSources.join()
    ) {
      const [host, moderate] = [now.role === "host", now.role !== "member"];
      this.#tellRights({ host, moderate, publish: moderate ? ALL : [...roster.memberSources] });
    }
  }

  #tellRights(rights: Rights): void {
    if (this.#joined) this.#joined = { ...this.#joined, rights };
    this.#tell.onRights?.(rights);
  }

  #speaks(news: Speaking): void {
    if (news.meeting === this.#joined?.meeting.id && !this.#over) this.#tell.onSpeaking?.(news);
  }

  get #over(): boolean {
    return this.#state === "left" || this.#state === "refused";
  }

  #end(state: RoomState, why: Why): void {
    if (this.#over) return;
    clearTimeout(this.#timer);
    for (const off of this.#offs) off();
    this.#media?.close();
    this.#become(state, why);
  }

  #become(state: RoomState, why: Why = {}): void {
    if ((this.#state === state && state !== "waiting") || this.#over) return;
    this.#state = state;
    this.#tell.onState(state, why);
  }
}

function partingOf(me: string, events: readonly RoomEvent[]): Why {
  for (const event of events) {
    if (event.type === "participant_left" && event.participant_id === me) return { how: event.how };
  }
  return {};
}
