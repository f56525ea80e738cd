/** Which pictures are on a screen right now, so that nothing else is sent here. */
import type { Shown } from "../../protocol/watching.ts";

interface Watcher {
  show(trackId: string, shown: Shown | undefined): void;
}

/** The page itself, or the small window that floats over other programs. */
export type Where = "page" | "window";

/** A tab that nobody looks at stops its pictures, unless one comes back at once. */
const UNSEEN_FOR = 10_000;
/** Milliseconds after which a picture that left the page is not shown any more. */
const MOVING = 400;

export class Showing {
  readonly #watcher: Watcher;
  readonly #at: Record<Where, Map<string, Shown>> = { page: new Map(), window: new Map() };
  readonly #leaving = new Map<string, ReturnType<typeof setTimeout>>();
  #unseen: ReturnType<typeof setTimeout> | undefined;
  #hidden = false;
  #none = false;

  constructor(watcher: Watcher) {
    this.#watcher = watcher;
  }

  /** A picture is on the screen in this size, or not any more. */
  show(id: string, shown: Shown | undefined, where: Where = "page"): void {
    clearTimeout(this.#leaving.get(id));
    if (shown) {
      this.#at[where].set(id, shown);
      this.#tell(id);
      return;
    }
    // Tiles that only change their place come back at once.
    const gone = () => {
      this.#at[where].delete(id);
      this.#tell(id);
    };
    this.#leaving.set(id, setTimeout(gone, MOVING));
  }

  /** The tab itself is seen, or not; what is in the small window is seen all the same. */
  seen(visible: boolean): void {
    clearTimeout(this.#unseen);
    if (visible) this.#hide(false);
    else this.#unseen = setTimeout(() => this.#hide(true), UNSEEN_FOR);
  }

  /** No picture at all, whatever is on the page. */
  audioOnly(on: boolean): void {
    this.#none = on;
    this.again();
  }

  /** Says everything once more: there may be tracks now that were not there before. */
  again(): void {
    const all = new Set([...this.#at.page.keys(), ...this.#at.window.keys()]);
    for (const id of all) this.#tell(id);
  }

  #hide(hidden: boolean): void {
    if (this.#hidden === hidden) return;
    this.#hidden = hidden;
    this.again();
  }

  #tell(id: string): void {
    const page = this.#hidden ? undefined : this.#at.page.get(id);
    const small = this.#at.window.get(id);
    this.#watcher.show(id, this.#none ? undefined : larger(page, small));
  }
}

function larger(a: Shown | undefined, b: Shown | undefined): Shown | undefined {
  if (!a || !b) return a ?? b;
  const pinned = (a.pinned ?? false) || (b.pinned ?? false);
  return { width: Math.max(a.width, b.width), height: Math.max(a.height, b.height), pinned };
}
