/** How the line of each person does: counted by this browser, beside what the server says of it. */
import type { Signal } from "@preact/signals";
import type { Counted, Grade } from "../../protocol/reception.ts";
import { most, outgoing, Reception, worst } from "../../protocol/reception.ts";
import type { LayerNews } from "../../protocol/wire.ts";
import type { Person } from "./people.ts";

const EVERY = 3_000;

/** What is asked of a class. */
interface Lines {
  readonly people: { readonly value: readonly Person[] };
  readonly layers: { readonly value: ReadonlyMap<string, LayerNews> };
  readonly lines: Signal<Known>;
  /** Reports of both connections, and the track that each of ours is in them. */
  reports(): Promise<{ reports: RTCStatsReport[]; tracks: ReadonlyMap<string, string> }>;
}

export interface Known {
  /** By track. */
  tracks: ReadonlyMap<string, Grade>;
  /** One's own. */
  own: Grade;
}

export const UNKNOWN: Known = { tracks: new Map(), own: 3 };

/** Looks as long as the class goes on; ends by what it returns. */
export function watchQuality(room: Lines): () => void {
  const reception = new Reception();
  let busy = false;
  const look = async () => {
    if (busy) return;
    busy = true;
    const { reports, tracks } = await room.reports().finally(() => {
      busy = false;
    });
    const grades = reception.look(incoming(reports, tracks));
    const own = worst([most([...grades.values()]), sending(reports)]) ?? 3;
    if (!same(room.lines.value, grades, own)) room.lines.value = { tracks: grades, own };
  };
  const timer = setInterval(() => void look().catch(() => undefined), EVERY);
  return () => clearInterval(timer);
}

function incoming(
  reports: readonly RTCStatsReport[],
  tracks: ReadonlyMap<string, string>,
): Map<string, Counted> {
  const found = new Map<string, Counted>();
  for (const one of each<RTCInboundRtpStreamStats>(reports, "inbound-rtp")) {
    const track = tracks.get(one.trackIdentifier);
    if (!track) continue;
    const { packetsReceived = 0, packetsLost = 0, totalFreezesDuration = 0 } = one;
    found.set(track, {
      received: packetsReceived,
      lost: packetsLost,
      frozen: totalFreezesDuration,
    });
  }
  return found;
}

function sending(reports: readonly RTCStatsReport[]): Grade | undefined {
  const all = [...each<Told>(reports, "remote-inbound-rtp")];
  return worst(
    all.map(({ fractionLost = 0, roundTripTime = 0 }) => outgoing(fractionLost, roundTripTime)),
  );
}

interface Told {
  type: string;
  fractionLost?: number;
  roundTripTime?: number;
}

function* each<T extends { type: string }>(
  reports: readonly RTCStatsReport[],
  type: string,
): Generator<T> {
  for (const report of reports) {
    for (const one of report.values() as Iterable<T>) if (one.type === type) yield one;
  }
}

function same({ tracks, own }: Known, grades: ReadonlyMap<string, Grade>, now: Grade): boolean {
  if (own !== now || tracks.size !== grades.size) return false;
  return [...grades].every(([track, grade]) => tracks.get(track) === grade);
}

/** What is said beside a name: nothing of a line that does well, or of which little is known. */
export function lineOf(room: Lines, person: Person): Grade {
  const { camera, microphone, self } = person;
  if (self) return 3;
  const { tracks, own } = room.lines.value;
  const counted = worst([camera && tracks.get(camera.id), microphone && tracks.get(microphone.id)]);
  // While one's own line is to blame, it is said once, above.
  const theirs = own < 3 && counted !== undefined && counted >= own ? 3 : (counted ?? 3);
  return worst([theirs, byServer(camera && room.layers.value.get(camera.id))]) ?? 3;
}

function byServer(news: LayerNews | undefined): Grade {
  if (news?.reason !== "network") return 3;
  return news.layer < 0 ? 1 : 2;
}
