/** One meeting as a client lives it: joining, what changes, and coming back after a cut. */
import { Media, type MediaState } from "./media.ts";
import { Refused } from "./problem.ts";
import { after, EMPTY, fromSnapshot, type Roster } from "./roster.ts";
import type { Live, LiveState } from "./socket.ts";
import type { Joined, LayerNews, RoomEvent, Speaking } from "./wire.ts";

export type RoomState = "joining" | "open" | "away" | "left" | "refused";

export interface RoomHandlers {
  onRoster: (roster: Roster) => void;
  onState: (state: RoomState, why?: Error) => void;
  /** The media began anew: nothing that was sent or received before goes on. */
  onMedia: (media: Media, joined: Joined) => void;
  onMediaState?: (state: MediaState) => void;
  onSpeaking?: (speaking: Speaking) => void;
  onLayer?: (news: LayerNews) => void;
}

export class Room {
  readonly #live: Live;
  readonly #roomId: string;
  readonly #tell: RoomHandlers;
  readonly #offs: (() => void)[] = [];
  #roster: Roster = EMPTY;
  #joined: Joined | undefined;
  #media: Media | undefined;
  #state: RoomState = "joining";
  #joining = false;

  constructor(live: Live, roomId: string, handlers: RoomHandlers) {
    this.#live = live;
    this.#roomId = roomId;
    this.#tell = handlers;
    this.#offs.push(
      live.onState((state) => this.#socketIs(state)),
      live.on<{ meeting: string; events: RoomEvent[] }>("room.events", (news) => this.#heard(news)),
      live.on<Speaking>("room.speaking", (news) => handlers.onSpeaking?.(news)),
      live.on<LayerNews>("media.layer", (news) => handlers.onLayer?.(news)),
    );
    if (live.state === "open") void this.#join();
  }

  get state(): RoomState {
    return this.#state;
  }

  get joined(): Joined | undefined {
    return this.#joined;
  }

  call<T>(event: string, body: unknown): Promise<T> {
    return this.#live.call<T>(event, body);
  }

  async leave(): Promise<void> {
    const wasIn = this.#state === "open";
    this.#end("left");
    if (wasIn) await this.#live.call("room.leave", {}).catch(() => undefined);
  }

  #socketIs(state: LiveState): void {
    if (this.#over) return;
    if (state === "open") void this.#join();
    else this.#become(state === "ended" ? "refused" : "away");
  }

  async #join(): Promise<void> {
    if (this.#joining || this.#over) return;
    this.#joining = true;
    try {
      const before = this.#joined;
      const resume = before && { token: before.resume_token, seq: this.#roster.seq };
      this.#entered(await this.#live.call<Joined>("room.join", { room: this.#roomId, resume }));
    } catch (error) {
      if (error instanceof Refused && !error.retryAfter) this.#end("refused", error);
      else setTimeout(() => void this.#join(), 1_000 * ((error as Refused).retryAfter ?? 1));
    } finally {
      this.#joining = false;
    }
  }

  #entered(joined: Joined): void {
    this.#joined = joined;
    const caughtUp = joined.resumed ? after(this.#roster, joined.missed) : undefined;
    this.#show(caughtUp ?? fromSnapshot(joined));
    this.#become("open");
    if (joined.resumed && this.#media) void this.#media.restart();
    else this.#beginMedia(joined);
  }

  #beginMedia(joined: Joined): void {
    this.#media?.close();
    this.#media = new Media({
      live: this.#live,
      capabilities: joined.capabilities,
      iceServers: joined.ice_servers,
      onState: (state) => this.#tell.onMediaState?.(state),
    });
    this.#tell.onMedia(this.#media, joined);
  }

  #heard({ meeting, events }: { meeting: string; events: RoomEvent[] }): void {
    if (meeting !== this.#joined?.meeting.id || this.#over) return;
    const roster = after(this.#roster, events);
    // A step is missing: what there is now is asked for, and nothing else is lost.
    if (!roster) void this.#join();
    else this.#show(roster);
  }

  #show(roster: Roster): void {
    this.#roster = roster;
    this.#tell.onRoster(roster);
    if (roster.ended !== undefined) this.#end("left");
    else if (this.#joined && !roster.participants.has(this.#joined.me.id)) this.#end("left");
  }

  get #over(): boolean {
    return this.#state === "left" || this.#state === "refused";
  }

  #end(state: RoomState, why?: Error): void {
    if (this.#over) return;
    for (const off of this.#offs) off();
    this.#media?.close();
    this.#become(state, why);
  }

  #become(state: RoomState, why?: Error): void {
    if (this.#state === state || this.#over) return;
    this.#state = state;
    this.#tell.onState(state, why);
  }
}
