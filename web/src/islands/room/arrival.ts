/** How a class arrives at this page, told to the school in figures. */
import { telling } from "../../streams/telling.ts";
import type { Classroom } from "./classroom.ts";

/** ms; more often until the first packet has come. */
const FIRST = 500;
const EVERY = 5_000;
/** ms; what comes later was not there before: nobody sent. */
const PATIENCE = 30_000;

interface Counted {
  received: number;
  lost: number;
  frozen: number;
}

const NOTHING: Counted = { received: 0, lost: 0, frozen: 0 };

/** Looks as long as the class goes on; ends by what it returns. */
export function tellArrival(room: Classroom): () => void {
  const of = room.joined.value?.meeting.id;
  if (!of) return () => undefined;
  const { line } = room;
  const { meter, end } = telling("class", of, () => /^(open|left)$/.test(line.value));
  const known = new Map<string, Counted>();
  const began = performance.now();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let over = false;
  const look = async () => {
    const { reports } = await room.reports();
    const found = sum(reports, known);
    const now = performance.now();
    if (!meter.came && now - began > PATIENCE) meter.untimed();
    // Who sends nothing is silent: that nothing comes is no stall, but a picture that freezes is.
    const moves = found.received > 0;
    meter.look(now, { wants: moves || !meter.came, moves, height: found.height });
    meter.said.received += found.received;
    meter.said.lost += found.lost;
    if (found.frozen > 0) meter.froze(Math.min(found.frozen, EVERY));
    if (found.rtt !== undefined) meter.said.rtt_ms = found.rtt;
  };
  const again = () => {
    if (over) return;
    const quick = !meter.came && performance.now() - began < PATIENCE;
    const pause = quick ? FIRST : EVERY;
    timer = setTimeout(
      () =>
        void look()
          .catch(() => undefined)
          .finally(again),
      pause,
    );
  };
  again();
  return () => {
    over = true;
    clearTimeout(timer);
    end();
  };
}

interface Found {
  received: number;
  lost: number;
  frozen: number;
  height: number;
  rtt: number | undefined;
}

/** What has come since the last look, of all tracks; counts begin anew with a new connection. */
function sum(reports: readonly RTCStatsReport[], known: Map<string, Counted>): Found {
  const found: Found = { received: 0, lost: 0, frozen: 0, height: 0, rtt: undefined };
  for (const report of reports) {
    for (const one of report.values() as Iterable<RTCStats>) {
      if (one.type === "inbound-rtp") add(found, one as RTCInboundRtpStreamStats, known);
      else if (one.type === "candidate-pair") paired(found, one as RTCIceCandidatePairStats);
    }
  }
  return found;
}

function add(found: Found, one: RTCInboundRtpStreamStats, known: Map<string, Counted>): void {
  const key = `${one.trackIdentifier} ${one.ssrc}`;
  const last = known.get(key) ?? NOTHING;
  const { packetsReceived = 0, packetsLost = 0, totalFreezesDuration = 0 } = one;
  const now = {
    received: packetsReceived,
    lost: packetsLost,
    frozen: Math.round(totalFreezesDuration * 1000),
  };
  known.set(key, now);
  found.received += Math.max(0, now.received - last.received);
  found.lost += Math.max(0, now.lost - last.lost);
  // Pictures that stand together are one wait for who looks at them.
  found.frozen = Math.max(found.frozen, now.frozen - last.frozen);
  found.height = Math.max(found.height, one.frameHeight ?? 0);
}

function paired(found: Found, one: RTCIceCandidatePairStats): void {
  if (!one.nominated || one.currentRoundTripTime === undefined) return;
  found.rtt = Math.round(one.currentRoundTripTime * 1000);
}
