/** Keeping order in a class: what staff see and do, and what others are asked. */
import { type Signal, signal } from "@preact/signals";
import type {
  AskedNews,
  Door,
  Lockable,
  NotNowNews,
  Outsider,
  Participant,
  Track,
} from "../../protocol/wire.ts";
import { t } from "../../text.ts";
import type { Notices } from "./notices.ts";
import { firstName } from "./people.ts";

/** False where it was refused, which is told already. */
type Ask = (event: string, body: object) => Promise<boolean>;

const NOBODY: Door = { waiting: [], kept_out: [] };

export class Order {
  /** Who is outside; for staff. */
  readonly door: Signal<Door> = signal(NOBODY);
  /** Staff ask to turn this on. */
  readonly asked: Signal<AskedNews | undefined> = signal(undefined);
  /** The dialog with the locks is open. */
  readonly locking: Signal<boolean> = signal(false);
  /** Staff are asked whether all who wait shall be turned away. */
  readonly turning: Signal<boolean> = signal(false);
  /** Staff are asked whether this one shall go. */
  readonly removing: Signal<Participant | undefined> = signal(undefined);
  readonly #ask: Ask;
  readonly #notices: Notices;

  constructor(ask: Ask, notices: Notices) {
    this.#ask = ask;
    this.#notices = notices;
  }

  // What is heard

  seen(door: Door): void {
    const before = new Set(this.door.value.waiting.map(({ person }) => person));
    const fresh = door.waiting.filter(({ person }) => !before.has(person));
    this.door.value = door;
    const [first] = fresh;
    if (first) this.#notices.tell({ text: comes(fresh), icon: "door-open", chalk: true });
  }

  heard(news: AskedNews): void {
    this.asked.value = news;
  }

  /** Whom one asked, would rather not. */
  refused({ source }: NotNowNews, name: string): void {
    const given = { name: firstName(name) };
    const microphone = source === "microphone";
    this.#notices.tell({
      text: microphone ? t("room.notNow.microphone", given) : t("room.notNow.camera", given),
      icon: microphone ? "mic-off" : "video-off",
    });
  }

  /** The answer to whoever asked. */
  answer(agrees: boolean): void {
    const asked = this.asked.value;
    this.asked.value = undefined;
    if (asked && !agrees) void this.#ask("room.rather_not", { source: asked.source });
  }

  over(): void {
    this.door.value = NOBODY;
    this.asked.value = undefined;
    this.locking.value = false;
    this.removing.value = undefined;
    this.turning.value = false;
  }

  // What staff do

  admit({ person }: Outsider): void {
    void this.#ask("room.admit", { person });
  }

  admitAll(): void {
    void this.#ask("room.admit", {});
  }

  declineAll(): void {
    void this.#ask("room.decline", {});
  }

  decline({ person }: Outsider): void {
    void this.#ask("room.decline", { person });
  }

  readmit({ person }: Outsider): void {
    void this.#ask("room.readmit", { person });
  }

  mute(track: Track): void {
    void this.#ask("room.mute", { track: track.id });
  }

  muteAll(): void {
    void this.#ask("room.mute_all", {}).then((done) => {
      if (done) this.#notices.tell({ text: t("room.mutedAll"), icon: "mic-off" });
    });
  }

  askFor(participant: string, source: "microphone" | "camera", name: string): void {
    void this.#ask("room.ask", { participant, source }).then((done) => {
      if (!done) return;
      this.#notices.tell({ text: t("room.askedFor", { name: firstName(name) }), icon: "hand" });
    });
  }

  lower(participant?: string): void {
    void this.#ask("room.lower", participant ? { participant } : {});
  }

  lock(what: Lockable, locked: boolean): void {
    void this.#ask("room.lock", { [what]: locked });
  }

  /** Large for everybody; nobody any more without one. */
  pin(participant: string | undefined): void {
    void this.#ask("room.pin", participant ? { participant } : {});
  }

  promote(participant: string, cohost: boolean): void {
    void this.#ask("room.promote", { participant, cohost });
  }

  remove(participant: string): void {
    void this.#ask("room.remove", { participant });
  }
}

function comes(fresh: readonly Outsider[]): string {
  const name = firstName(fresh[0]?.name ?? "");
  if (fresh.length === 1) return t("room.door.one", { name });
  return t("room.door.many", { count: fresh.length });
}
