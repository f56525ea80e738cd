/** Whether this machine keeps up with the faces that it shows; where not, fewer at a time. */
import { t } from "../../text.ts";
import type { Classroom } from "./classroom.ts";

export interface Frames {
  decoded: number;
  dropped: number;
}

const EVERY = 5_000;
/** Faces on a page, one step after the other. */
const STEPS = [12, 9, 6, 4];
/** Of pictures that came; a network that stutters drops fewer. */
const TOO_MANY = 0.4;
/** Pictures within one look: fewer say nothing. */
const ENOUGH = 40;
/** Looks in a row: everything stutters for a moment sometimes. */
const IN_A_ROW = 2;

/** Pure: frames come in, how many faces there may be comes out. */
export class Strain {
  #before: Frames | undefined;
  #bad = 0;

  look(now: Frames, shown: number): number | undefined {
    const before = this.#before;
    this.#before = now;
    const decoded = now.decoded - (before?.decoded ?? now.decoded);
    const dropped = now.dropped - (before?.dropped ?? now.dropped);
    // Less than before: other pictures are on the page than a moment ago.
    const strained = decoded >= 0 && dropped > TOO_MANY * Math.max(decoded + dropped, ENOUGH);
    this.#bad = strained ? this.#bad + 1 : 0;
    if (this.#bad < IN_A_ROW) return undefined;
    this.#bad = 0;
    return STEPS.find((step) => step < shown);
  }
}

/** Looks as long as the class goes on; ends by what it returns. */
export function watchStrain(room: Classroom): () => void {
  const strain = new Strain();
  const timer = setInterval(async () => {
    // A tab that nobody sees is slowed down by the browser, and that is no strain.
    if (document.visibilityState !== "visible") return;
    const shown = document.querySelectorAll(".stage figure.tile").length;
    const most = strain.look(await framesOf(room), shown);
    if (most === undefined) return;
    room.view.most.value = most;
    room.notices.tell({ text: t("room.strain"), icon: "layout-grid" });
  }, EVERY);
  return () => clearInterval(timer);
}

async function framesOf(room: Classroom): Promise<Frames> {
  const sum = { decoded: 0, dropped: 0 };
  for (const id of room.pictures.value.keys()) {
    const reports = await room.stats(id).catch(() => undefined);
    for (const report of (reports?.values() ?? []) as Iterable<RTCInboundRtpStreamStats>) {
      if (report.type !== "inbound-rtp") continue;
      sum.decoded += report.framesDecoded ?? 0;
      sum.dropped += report.framesDropped ?? 0;
    }
  }
  return sum;
}
