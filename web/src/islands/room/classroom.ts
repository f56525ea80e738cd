/** A class as one page lives it: before, inside and after. What it knows and does, not how it looks. */
import { computed, effect, type ReadonlySignal, type Signal, signal } from "@preact/signals";
import type { Media, MediaState } from "../../protocol/media.ts";
import { Room, type RoomState, type Why } from "../../protocol/room.ts";
import { EMPTY, type Roster } from "../../protocol/roster.ts";
import { Sending } from "../../protocol/sending.ts";
import type { Live } from "../../protocol/socket.ts";
import { type Shown, Watching } from "../../protocol/watching.ts";
import type { Joined, LayerNews, Rights, RoomEvent, Track } from "../../protocol/wire.ts";
import { t } from "../../text.ts";
import { Blur } from "./blur.ts";
import type { Devices, Kind } from "./devices.ts";
import { eventNotice } from "./events.ts";
import type { Guest } from "./guest.tsx";
import type { Keeps } from "./kept.ts";
import { Notices } from "./notices.ts";
import { Order } from "./order.ts";
import { offered, type Person, peopleOf } from "./people.ts";
import { type Known, UNKNOWN } from "./quality.ts";
import { Screen } from "./screen.ts";
import { Showing, type Where } from "./showing.ts";
import { Sounds } from "./sounds.ts";
import { Talk } from "./talk.ts";
import { refusal } from "./troubles.ts";
import { Viewing } from "./viewing.ts";

export type Stage = "lobby" | "joining" | "in" | "over";

export type PanelName = "people" | "chat" | "polls";

export interface Place {
  roomId: string;
  title: string;
  rights: Rights;
  /** In which times are shown; without one, that of the device. */
  zone?: string;
  /** The name of who owns the room. */
  owner?: string;
  /** Who has to be let in learns nothing of who is in. */
  veiled?: boolean;
  /** For who comes without an account. */
  guest?: Guest;
}

const KEYBOARD = matchMedia("(any-pointer: fine)");

const LOCKED = {
  microphone: () => ({ text: t("room.locked.microphone"), icon: "mic-off" }),
  camera: () => ({ text: t("room.locked.camera"), icon: "video-off" }),
};
const BROKEN: ReadonlySet<MediaState> = new Set(["disconnected", "failed"]);

export class Classroom {
  readonly place: Place;
  readonly devices: Devices;
  readonly notices = new Notices();
  readonly order = new Order((event, body) => this.ask(event, body), this.notices);
  readonly sounds = new Sounds();
  readonly screen = new Screen();
  readonly stage: Signal<Stage> = signal("lobby");
  readonly line: Signal<RoomState> = signal("joining");
  readonly why: Signal<Why> = signal({});
  readonly media: Signal<MediaState> = signal<MediaState>("new");
  readonly rights: Signal<Rights>;
  /** It was recorded while one was there. */
  readonly recorded = signal(false);
  readonly joined: Signal<Joined | undefined> = signal(undefined);
  readonly roster: Signal<Roster> = signal(EMPTY);
  readonly speaking: Signal<readonly string[]> = signal([]);
  readonly active: Signal<string | undefined> = signal(undefined);
  /** What can be seen: tracks of others by their id. */
  readonly pictures: Signal<ReadonlyMap<string, MediaStreamTrack>> = signal(new Map());
  /** In which layer each comes, and why in no better one. */
  readonly layers: Signal<ReadonlyMap<string, LayerNews>> = signal(new Map());
  /** How well each of them arrives, and what one sends oneself. */
  readonly lines: Signal<Known> = signal(UNKNOWN);
  readonly panel: Signal<PanelName | undefined> = signal(undefined);
  readonly talk: Talk;
  readonly people: ReadonlySignal<Person[]>;
  readonly me: ReadonlySignal<Person | undefined>;
  /** Who came by the link, by their accounts; a text, so that only a change of it is a change. */
  readonly guests: ReadonlySignal<string>;
  readonly view: Viewing;
  readonly blur: Blur;
  /** Nothing comes or goes right now; it comes back by itself. */
  readonly cut: ReadonlySignal<boolean>;
  /** The sheet with the keys is open. */
  readonly help: Signal<boolean> = signal(false);
  readonly #live: Live;
  readonly #sending = new Sending({ onProblem: (_, error) => this.trouble(error) });
  readonly #watching = new Watching({
    onTrack: (id, track) => this.#received(id, track),
    onLayer: (id, news) => {
      this.layers.value = new Map(this.layers.value).set(id, news);
    },
  });
  readonly #showing = new Showing(this.#watching);
  readonly #ends: (() => void)[] = [];
  /** The microphone is on as long as a key is held. */
  #held = false;
  #room: Room | undefined;
  #media: Media | undefined;

  constructor(live: Live, place: Place, devices: Devices, kept?: Keeps) {
    this.#live = live;
    this.place = place;
    this.devices = devices;
    this.rights = signal(place.rights);
    const id = computed(() => this.joined.value?.me.id ?? "");
    this.people = computed(() => peopleOf(this.roster.value, id.value));
    this.me = computed(() => this.people.value.find(({ self }) => self));
    this.guests = computed(() => {
      const guests = this.people.value.filter(({ participant }) => participant.guest);
      return guests.map(({ participant }) => participant.user_id).join(" ");
    });
    this.talk = new Talk(live, this.notices, {
      zone: place.zone ?? "",
      looks: computed(() => (this.panel.value === "people" ? undefined : this.panel.value)),
      opens: (panel) => this.open(panel),
    });
    this.view = new Viewing(this.people, kept);
    this.blur = new Blur(devices.camera.track);
    this.cut = computed(() => this.line.value !== "open" || BROKEN.has(this.media.value));
  }

  // Coming and going

  async join(): Promise<void> {
    this.stage.value = "joining";
    if (this.place.guest) {
      if (!(await this.place.guest.come())) {
        this.stage.value = "lobby";
        return;
      }
      this.#live.begin();
    }
    this.why.value = {};
    this.line.value = "joining";
    this.#room = new Room(this.#live, this.place.roomId, {
      onRoster: (roster) => this.#follow(roster),
      onState: (state, why) => this.#became(state, why),
      onMedia: (media, joined) => {
        this.joined.value = joined;
        this.#media = media;
        this.#watching.use(media);
        this.#sending.use(media);
      },
      onEvents: (events) => this.#happened(events),
      onEntered: (joined) => this.talk.entered(joined),
      onRights: (rights) => {
        const before = this.rights.value.moderate;
        this.rights.value = rights;
        if (rights.moderate !== before && this.stage.value === "in") this.#ranked();
        this.#sending.allow(rights.publish);
        this.#stopForbidden();
      },
      onMediaState: (state) => {
        this.media.value = state;
      },
      onSpeaking: ({ active, speaking }) => {
        this.active.value = active ?? this.active.value;
        this.speaking.value = speaking;
        this.view.speaks(active ?? undefined);
      },
      onLayer: (news) => this.#watching.heard(news),
      onDoor: (door) => this.order.seen(door),
      onAsked: (news) => this.order.heard(news),
      onNotNow: (news) => this.order.refused(news, this.#nameOf(news.participant)),
    });
    // Whatever becomes of a device, also one that the browser still asks for, is sent.
    this.#ends.push(
      effect(() => this.#send("microphone")),
      effect(() => this.#send("camera")),
      effect(() => this.#showing.audioOnly(this.view.audioOnly.value)),
    );
  }

  async leave(): Promise<void> {
    await this.#room?.leave();
  }

  hurry(): void {
    this.#room?.hurry();
  }

  moved(): void {
    this.#room?.moved();
  }

  /** For everybody, as a host. */
  async end(http: { post: (path: string) => Promise<unknown> }): Promise<void> {
    const meeting = this.joined.value?.meeting.id;
    if (meeting) await http.post(`/api/v1/meetings/${meeting}/end`);
  }

  /** What one may send no more, the browser lets go of too. */
  #stopForbidden(): void {
    for (const kind of ["microphone", "camera"] as const) {
      if (this.may(kind) || !this.devices[kind].on.value) continue;
      void this.devices.turn(kind, false);
      this.notices.tell({ ...LOCKED[kind](), chalk: true, urgent: true });
    }
    if (!this.may("screen") && this.screen.video.value) this.screen.stop();
  }

  // What one does

  async turn(kind: Kind, on = !this.devices[kind].on.value): Promise<void> {
    if (this.stage.value === "in" && !this.may(kind)) return;
    await this.devices.turn(kind, on);
    // What a browser refused is not what the person wanted.
    if (this.stage.value === "lobby" && this.devices[kind].on.value === on) this.devices.remember();
  }

  async holdToTalk(held: boolean): Promise<void> {
    const { on, track } = this.devices.microphone;
    if (held === this.#held || (held && on.value && track.value)) return;
    this.#held = held;
    await this.turn("microphone", held);
  }

  /** Beside the stage there is one panel at a time. */
  toggle(panel: PanelName): void {
    this.panel.value = this.panel.value === panel ? undefined : panel;
  }

  open(panel: PanelName): void {
    this.panel.value = panel;
  }

  closePanel(): void {
    this.panel.value = undefined;
  }

  /** Write to one person, from wherever one came upon them. */
  writeTo(user: string): void {
    this.talk.audience.value = "private";
    this.talk.with.value = user;
    this.open("chat");
  }

  /** By a key, so it is said which one it is now. */
  nextLayout(): void {
    const text = {
      auto: t("room.layout.auto"),
      grid: t("room.layout.grid"),
      speaker: t("room.layout.speaker"),
    }[this.view.next()];
    this.notices.tell({ text, icon: "layout-grid" });
  }

  /** What else has to go when the class does. */
  onOver(end: () => void): void {
    this.#ends.push(end);
  }

  async choose(kind: Kind | "speaker", id: string): Promise<void> {
    if (kind === "speaker") this.sounds.speaker(id);
    await this.devices.choose(kind, id);
  }

  async share(): Promise<void> {
    if (this.screen.video.value) {
      this.screen.stop();
      return;
    }
    try {
      await this.screen.start(() => this.#sendScreen());
    } catch {
      this.notices.tell({ text: t("room.screen.failed"), icon: "circle-alert", urgent: true });
    }
    this.#sendScreen();
  }

  hand(): void {
    const raised = this.me.value?.hand === undefined;
    void this.ask("room.hand", { raised });
  }

  /** False where it was refused; that is told, and nothing more need be. */
  async ask(event: string, body: object): Promise<boolean> {
    try {
      await this.#room?.call(event, body);
      return true;
    } catch (error) {
      this.trouble(error);
      return false;
    }
  }

  may(source: Track["source"]): boolean {
    return this.rights.value.publish.includes(source);
  }

  // What is seen

  /** A picture is on the screen in this size, or not any more. */
  show(trackId: string, shown: Shown | undefined, where?: Where): void {
    this.#showing.show(trackId, shown, where);
  }

  /** The tab itself is seen, or not. */
  seen(visible: boolean): void {
    this.#showing.seen(visible);
  }

  async stats(trackId: string): Promise<RTCStatsReport | undefined> {
    return await this.#watching.received(trackId)?.stats();
  }

  async reports() {
    const reports = (await this.#media?.stats()) ?? [];
    return { reports, tracks: this.#watching.names() };
  }

  // What follows

  #nameOf(participant: string): string {
    return this.roster.value.participants.get(participant)?.name ?? t("room.somebody");
  }

  #follow(roster: Roster): void {
    if (roster.recording !== "off") this.recorded.value = true;
    const joined = this.#room?.joined;
    if (joined) this.joined.value = joined;
    this.roster.value = roster;
    this.view.keptForAll(roster.pinned);
    this.#watching.offered(offered(roster, joined?.me.id ?? ""));
    this.#showing.again();
  }

  #became(state: RoomState, why: Why): void {
    this.line.value = state;
    this.why.value = why;
    if (state === "open") {
      this.stage.value = "in";
      this.#sending.again();
      this.#watching.again();
    } else if (state === "left" || state === "refused") this.#over();
  }

  #over(): void {
    for (const end of this.#ends.splice(0)) end();
    this.#sending.use(undefined);
    this.#watching.use(undefined);
    this.#watching.offered([]);
    this.sounds.clear();
    this.screen.stop();
    this.devices.close();
    this.view.close();
    this.pictures.value = new Map();
    this.speaking.value = [];
    this.lines.value = UNKNOWN;
    this.panel.value = undefined;
    this.order.over();
    this.stage.value = "over";
  }

  #happened(events: readonly RoomEvent[]): void {
    const me = this.joined.value?.me.id ?? "";
    this.talk.happened(events, this.rights.value.moderate);
    for (const event of events) {
      if (event.type === "track_changed" && event.track.participant_id === me) {
        this.#mutedByStaff(event.track);
      }
      if (event.type === "track_ended" && event.participant_id === me)
        this.#endedAt(event.track_id);
      if (event.type === "hand" && event.hand_at !== null) this.view.bring(event.participant_id);
      if (event.type === "participant_left") this.view.left(event.participant_id);
      const notice = eventNotice(event, this.roster.value, me, KEYBOARD.matches);
      if (notice) this.notices.tell(notice);
    }
  }

  #ranked(): void {
    this.talk.ranked().catch((error: unknown) => this.trouble(error));
  }

  #mutedByStaff({ muted_by_staff, source }: Track): void {
    if (!muted_by_staff) return;
    if (source === "camera" || source === "microphone") void this.turn(source, false);
    else this.screen.stop();
  }

  /** A right was taken away, and with it what was sent. */
  #endedAt(trackId: string): void {
    const source = this.#sending.sourceOf({ id: trackId });
    if (source === "screen") this.screen.stop();
  }

  #received(id: string, track: MediaStreamTrack | undefined): void {
    if (track?.kind === "audio") this.sounds.add(id, track);
    else if (!track) this.sounds.remove(id);
    const pictures = new Map(this.pictures.value);
    if (track?.kind === "video") pictures.set(id, track);
    else pictures.delete(id);
    this.pictures.value = pictures;
    if (track) return;
    const layers = new Map(this.layers.value);
    layers.delete(id);
    this.layers.value = layers;
  }

  #send(kind: Kind): void {
    const { track, on } = this.devices[kind];
    this.#sending.want(kind, track.value ?? null, on.value && track.value !== undefined);
  }

  #sendScreen(): void {
    const { video, audio } = this.screen;
    if (video.value) this.#sending.want("screen", video.value, true);
    else this.#sending.end("screen");
    if (audio.value) this.#sending.want("screen_audio", audio.value, true);
    else this.#sending.end("screen_audio");
  }

  trouble(error: unknown): void {
    this.notices.tell({ text: refusal(error), icon: "circle-alert", urgent: true });
  }
}
