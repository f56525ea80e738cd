/** How one looks at a class: layout, pin, page, who has the floor. */
import { batch, computed, type ReadonlySignal, type Signal, signal } from "@preact/signals";
import { Floor } from "./floor.ts";
import { type Keeps, keep, liked } from "./kept.ts";
import { type Person, pictured } from "./people.ts";
import type { Scene, Wish } from "./scene.ts";
import { Seats } from "./seats.ts";

export type Corner = "bottom-right" | "bottom-left" | "top-right" | "top-left";

/** More than any page has. */
const ALL = 99;
const WISHES: Wish[] = ["auto", "grid", "speaker"];

export class Viewing {
  readonly wish: Signal<Wish>;
  /** A participant or a screen that stays large until it is released. */
  readonly pin: ReadonlySignal<string | undefined>;
  readonly page: Signal<number> = signal(0);
  /** No pictures are received: for lines that cannot carry them. */
  readonly audioOnly: Signal<boolean> = signal(false);
  readonly selfHidden: Signal<boolean> = signal(false);
  readonly corner: Signal<Corner> = signal("bottom-right");
  /** Faces on a page at most, where the machine cannot do with more. */
  readonly most: Signal<number> = signal(ALL);
  readonly fewer: ReadonlySignal<boolean> = computed(() => this.most.value < ALL);
  readonly keysOff: Signal<boolean>;
  readonly floor: Signal<string | undefined> = signal(undefined);
  /** Everybody in the order of their seats, oneself last. */
  readonly seated: ReadonlySignal<Person[]>;
  /** Places for others on the first page, as the stage has them now. */
  front = 1;
  #pages = 1;
  /** One's own choice; null where nobody shall be large, whatever staff wish. */
  readonly #own: Signal<string | null | undefined> = signal(undefined);
  /** The account of whom staff keep large for everybody. */
  readonly #forAll: Signal<string | null> = signal(null);
  readonly #people: ReadonlySignal<Person[]>;
  readonly #kept: Keeps | undefined;
  readonly #seats = new Seats();
  readonly #moved = signal(0);
  readonly #floor = new Floor();
  readonly #now: () => number;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(people: ReadonlySignal<Person[]>, kept?: Keeps, now = () => performance.now()) {
    this.#people = people;
    this.#kept = kept;
    this.#now = now;
    const { wish = "auto", keysOff = false } = liked(kept);
    this.wish = signal(WISHES.includes(wish) ? wish : "auto");
    this.keysOff = signal(keysOff);
    this.pin = computed(() => {
      const own = this.#own.value;
      return own === undefined ? this.#largeForAll() : (own ?? undefined);
    });
    this.seated = computed(() => {
      this.#moved.value;
      return this.#seats.seated(this.#people.value);
    });
  }

  choose(wish: Wish): void {
    batch(() => {
      this.wish.value = wish;
      this.#own.value = null;
      this.page.value = 0;
    });
    keep(this.#kept, { wish });
  }

  allFaces(): void {
    this.most.value = ALL;
  }

  /** By a key: one layout after the other. */
  next(): Wish {
    const at = this.pin.value === undefined ? WISHES.indexOf(this.wish.value) : -1;
    const wish = WISHES[(at + 1) % WISHES.length] ?? "auto";
    this.choose(wish);
    return wish;
  }

  turn(step: number): void {
    const at = Math.min(this.page.value, this.#pages - 1);
    this.page.value = Math.max(0, Math.min(this.#pages - 1, at + step));
  }

  /** What the stage has made of it. */
  arranged({ front, pages }: Pick<Scene, "front" | "pages">): void {
    this.front = front;
    this.#pages = pages;
  }

  toggle(pin: string): void {
    batch(() => {
      this.#own.value = this.pin.value === pin ? null : pin;
      this.page.value = 0;
    });
  }

  release(): void {
    this.#own.value = null;
  }

  /** Staff keep somebody large for everybody: that wins until one chooses otherwise. */
  keptForAll(account: string | null): void {
    if (account === this.#forAll.value) return;
    batch(() => {
      this.#forAll.value = account;
      if (account !== null) this.#own.value = undefined;
    });
  }

  /** Of several devices the one with a picture. Nobody is large for themselves. */
  #largeForAll(): string | undefined {
    const account = this.#forAll.value;
    if (account === null) return;
    const others = this.#people.value.filter(
      ({ participant, self }) => !self && participant.user_id === account,
    );
    return (others.find(pictured) ?? others[0])?.participant.id;
  }

  useKeys(on: boolean): void {
    this.keysOff.value = !on;
    keep(this.#kept, { keysOff: !on });
  }

  /** Somebody speaks: they get the floor when they go on, and a place in front. */
  speaks(id: string | undefined): void {
    const me = this.#people.value.find(({ self }) => self)?.participant.id;
    this.#floor.speaks(id === me ? undefined : id, this.#now());
    this.#look();
  }

  /** Somebody wants something: they come to the first page, and nobody else moves but one. */
  bring(id: string): void {
    const stays = new Set(
      this.#people.value
        .filter(({ participant, self, screen }) => participant.role === "host" || self || screen)
        .map(({ participant }) => participant.id),
    );
    if (this.pin.value !== undefined) stays.add(this.pin.value);
    if (this.#seats.bring(id, this.front, stays, this.#now())) this.#moved.value++;
  }

  left(id: string): void {
    this.#floor.gone(id);
    if (this.#own.value === id) this.#own.value = undefined;
    this.floor.value = this.#floor.holder;
  }

  close(): void {
    clearTimeout(this.#timer);
  }

  #look(): void {
    clearTimeout(this.#timer);
    const wait = this.#floor.look(this.#now());
    if (wait !== undefined) this.#timer = setTimeout(() => this.#look(), wait);
    if (this.#floor.holder === this.floor.value) return;
    this.floor.value = this.#floor.holder;
    if (this.floor.value !== undefined) this.bring(this.floor.value);
  }
}
