/** How a recording arrives at this page, told to the school in figures. */
import { telling } from "../../streams/telling.ts";
import type { Player } from "./player.ts";

/** ms between two looks: a stall that one sees is longer. */
const LOOK = 250;

export function tellArrival(player: Player, recording: string): void {
  const { meter } = telling("recording", recording, () => !player.away.value);
  setInterval(() => {
    const { lead, stage, playing } = player;
    meter.said.broken = stage.value === "broken";
    // Whoever jumps waits for the new place; that is no stall.
    const wants = (stage.value === "loading" || playing.value) && !lead.seeking && !lead.ended;
    const moves = stage.value === "on" && lead.readyState >= 3 && !player.waiting.value;
    meter.look(performance.now(), { wants, moves, height: lead.videoHeight });
  }, LOOK);
}
