/** What the page of a recording knows: the player, what happened when, and what one has seen. */
import { computed, effect, type Signal, signal } from "@preact/signals";
import type { Http } from "../../protocol/http.ts";
import type { Media } from "../../protocol/library.ts";
import { takeAlong } from "./alone.ts";
import { Captions } from "./captions.ts";
import { pathOf, redrawWay, Visit } from "./film.ts";
import { Player } from "./player.ts";
import { about, Reports } from "./reports.ts";
import { merged, missing, type Span, total } from "./spans.ts";
import { type Tile, tiles } from "./storyboard.ts";
import type {
  Chapter,
  Film,
  Insight,
  Playing,
  Progress,
  State,
  Timeline,
  Watched,
  Waveform,
} from "./wire.ts";

export type Tab = "lost" | "chat" | "chapters" | "transcript";

const NOTHING: Timeline = {
  chapters: [],
  messages: [],
  polls: [],
  hands: [],
  voices: [],
};
/** s; how often what was played is told, and how often a class that goes on is asked for more. */
const REPORT = 5;
const FRESH = 5;
/** s; shorter gaps nobody goes back for. */
const CRUMB = 10;
const RATE = "watch-rate";
const LAYOUT = "watch-layout";
const VOLUME = "watch-volume";

export class Theatre {
  readonly watched: Watched;
  readonly player: Player;
  readonly captions: Captions;
  readonly state: Signal<State>;
  readonly timeline: Signal<Timeline> = signal(NOTHING);
  readonly loaded = signal(false);
  readonly seen: Signal<Span[]>;
  readonly tab: Signal<Tab> = signal<Tab>("chat");
  readonly follows = signal(true);
  readonly help = signal(false);
  readonly tiles: Signal<Tile[]> = signal<Tile[]>([]);
  /** How loud it is from its begin to its end, 0 to 100; empty until that is known. */
  readonly loudness: Signal<number[]> = signal<number[]>([]);
  /** For who teaches, of a recording of a class. */
  readonly insight: Signal<Insight | undefined> = signal<Insight | undefined>(undefined);
  readonly made: Signal<string[]>;
  readonly title: Signal<string>;
  /** Of what was uploaded. */
  readonly film: Signal<Film | undefined>;
  readonly #http: Http;
  readonly #reports: Reports;
  readonly #visit: Visit | undefined;
  readonly #path: string;
  #illustrated = false;
  #done: boolean;

  constructor(http: Http, watched: Watched, keep: Storage) {
    this.#http = http;
    this.watched = watched;
    this.title = signal(watched.title);
    this.state = signal(watched.state);
    this.made = signal(watched.made);
    this.seen = signal(merged(watched.progress.seen));
    this.knownBefore = total(this.known.value);
    this.#done = watched.progress.completed_at !== null;
    this.#path = pathOf(watched);
    this.film = signal(watched.film);
    this.player = new Player({
      path: this.#path,
      plain: plainOf(watched.film),
      seconds: watched.seconds,
      grows: this.grows,
    });
    this.captions = new Captions(http, watched.id, this.player.time, keep);
    takeAlong(this.player.lead, this.captions);
    this.#visit = watched.film && !watched.film.sound ? new Visit(http, watched) : undefined;
    this.#reports = new Reports(http, keep, about(watched.id, watched.film !== undefined), {
      visit: crypto.randomUUID(),
      now: () => Date.now(),
      onProgress: (progress) => this.#heard(progress),
    });
    this.#remember(keep);
  }

  /** Nobody waits for sizes of what plays already, or of sound. */
  get #unfinished(): boolean {
    const film = this.film.value;
    return film !== undefined && !film.streams && !film.sound && this.player.stage.value !== "on";
  }

  get grows(): boolean {
    return this.state.value === "recording" || this.state.value === "paused";
  }

  readonly chapter = computed<Chapter | undefined>(() =>
    this.timeline.value.chapters.findLast(({ at }) => at <= this.player.time.value + 0.1),
  );

  /** Seen, or received when it was live. */
  readonly known = computed(() => merged([...this.seen.value, ...(this.watched.live ?? [])]));

  /** s that were known when the page was made. */
  readonly knownBefore: number;

  /** What one has not seen of it. Crumbs are none, but where a class is made up each of them counts. */
  readonly left = computed(() =>
    missing(this.known.value, this.player.length.value, this.watched.missed ? 1 : CRUMB),
  );

  readonly secondsSeen = computed(() => total(this.seen.value));

  async load(): Promise<void> {
    const path = this.#path;
    try {
      if (this.film.value) {
        await this.#askFilm(this.film.value);
      } else {
        if (this.grows || this.state.value === "processing") await this.#ask(path);
        const looked = this.captions.look(this.made.value);
        await Promise.all([this.#look(path), this.#remembered(path), looked, this.#hear(path)]);
      }
    } catch {
      // What stands beside the player may come later; the player says what it lacks itself.
    }
    this.loaded.value = true;
  }

  async #remembered(path: string): Promise<void> {
    this.timeline.value = await this.#http.get<Timeline>(`${path}/timeline`);
  }

  async #hear(path: string): Promise<void> {
    if (this.loudness.value.length > 0 || !this.made.value.includes("waveform")) return;
    const { lines } = await this.#http.get<Waveform>(`${path}/waveform`);
    this.loudness.value = lines.find(({ who }) => who === "")?.levels ?? [];
  }

  /** Not of every recording there is one, and it is not worth a word. */
  async #judge(): Promise<void> {
    if (!this.watched.host || this.watched.film || this.insight.value) return;
    try {
      const path = `/api/v1/analytics/recordings/${this.watched.id}`;
      const insight = await this.#http.get<Insight>(path);
      if (insight.session_id !== null) this.insight.value = insight;
    } catch {
      this.insight.value = undefined;
    }
  }

  /** When which picture is there, and how long it is. */
  async #look(path: string): Promise<void> {
    const playing = await this.#http.get<Playing>(`${path}/playing`);
    const spans = (name: string) => playing.renditions.find((one) => one.name === name)?.spans;
    this.player.know(playing.seconds, this.grows);
    this.player.see({ stage: spans("stage") ?? [], screen: spans("screen") ?? [] });
  }

  /** It may have got its sizes since, and before them its length. */
  async #askFilm(film: Film): Promise<void> {
    const shown = film.sound ? [] : ([[0, Number.POSITIVE_INFINITY]] as Span[]);
    this.player.see({ stage: shown, screen: [] });
    if (film.streams) return;
    const now = await this.#http.get<Media>(`/api/v1/media/${this.watched.id}`);
    this.state.value = now.state === "ready" || now.state === "failed" ? now.state : "processing";
    this.player.know(now.seconds ?? 0, false);
    const { file, poster, streams } = now;
    this.film.value = { ...film, file, poster, streams };
    if (streams) this.made.value = ["storyboard"];
    this.player.offer({
      path: this.#path,
      plain: plainOf(this.film.value),
      seconds: now.seconds ?? 0,
      grows: false,
    });
  }

  async #ask(path: string): Promise<void> {
    const now = await this.#http.get<Pick<Watched, "state" | "seconds" | "made">>(path);
    this.state.value = now.state;
    this.made.value = now.made;
    this.player.know(now.seconds, this.grows);
  }

  /** Small pictures, once somebody looks for a moment. */
  async illustrate(): Promise<void> {
    if (this.#illustrated || !this.made.value.includes("storyboard")) return;
    this.#illustrated = true;
    try {
      const answer = await fetch(`${this.#path}/storyboard`);
      if (answer.ok) this.tiles.value = tiles(await answer.text());
    } catch {
      this.#illustrated = false;
    }
  }

  // --- telling ------------------------------------------------------------------------------
  /** From the moment when the page is there: nobody can have seen more than its time allows. */
  begin(): void {
    const { player } = this;
    void this.#reports.tell(this.watched.progress.position, []);
    void this.load();
    void this.#judge();
    setInterval(() => {
      if (player.playing.value) this.tell();
      else if (this.#reports.waiting > 0) void this.#reports.send();
    }, REPORT * 1000);
    setInterval(() => {
      if (this.grows || this.state.value === "processing" || this.#unfinished) void this.load();
    }, FRESH * 1000);
    player.on(() => this.tell());
    addEventListener("online", () => {
      player.retry();
      void this.#reports.send();
    });
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "hidden") this.#leave();
    });
    addEventListener("pagehide", () => this.#leave());
  }

  /** What was seen on other devices too; who is done now, is done in the course at once. */
  #heard({ seen, completed_at }: Progress): void {
    this.seen.value = merged([...this.seen.value, ...seen]);
    if (completed_at === null || this.#done) return;
    this.#done = true;
    void redrawWay().catch(() => undefined);
  }

  /** Exactly what one has not seen: it begins there once it is played. */
  catchUp(): void {
    const { player } = this;
    const left = this.left.value;
    const [first] = left;
    if (!first) return;
    player.keepTo(left);
    player.startAt(first[0]);
  }

  tell(): void {
    if (this.player.stage.value !== "on") return;
    const fresh = this.player.seen.take();
    const stirred = this.player.stirs.take(fresh, this.seen.value);
    if (fresh.length > 0) void this.#visit?.begins();
    this.seen.value = merged([...this.seen.value, ...fresh]);
    void this.#reports.tell(this.player.time.value, fresh, stirred);
  }

  #leave(): void {
    if (this.player.stage.value !== "on") return;
    const fresh = this.player.seen.take();
    const stirred = this.player.stirs.take(fresh, this.seen.value);
    this.#reports.note(this.player.time.value, fresh, stirred);
    this.#reports.last();
  }

  // --- hosts --------------------------------------------------------------------------------
  async setChapters(chapters: Chapter[]): Promise<void> {
    const path = `/api/v1/recordings/${this.watched.id}/chapters`;
    const made = await this.#http.put<{ chapters: Chapter[] }>(path, { chapters });
    this.timeline.value = { ...this.timeline.value, chapters: made.chapters };
  }

  // --- what a device keeps -------------------------------------------------------------------
  #remember(keep: Storage): void {
    const { player } = this;
    player.rate.value = Number(read(keep, RATE)) || 1;
    const volume = read(keep, VOLUME);
    if (volume !== null) player.volume.value = Math.max(0, Math.min(1, Number(volume) || 0));
    const layout = read(keep, LAYOUT);
    if (layout === "screen" || layout === "camera") player.layout.value = layout;
    effect(() => write(keep, RATE, String(player.rate.value)));
    effect(() => write(keep, VOLUME, String(player.volume.value)));
    effect(() => write(keep, LAYOUT, player.layout.value));
  }
}

/** What browsers play by themselves, while there is nothing better. */
function plainOf(film: Film | undefined): string | undefined {
  return film && !film.streams ? (film.file ?? undefined) : undefined;
}

function read(keep: Storage, key: string): string | null {
  try {
    return keep.getItem(key);
  } catch {
    return null;
  }
}

function write(keep: Storage, key: string, value: string): void {
  try {
    keep.setItem(key, value);
  } catch {
    // A device that keeps nothing asks again the next time.
  }
}
