/** Which of the news of a class are worth a word, and which. */
import type { Roster } from "../../protocol/roster.ts";
import type { RoomEvent, Source } from "../../protocol/wire.ts";
import { t } from "../../text.ts";
import type { Notice } from "./notices.ts";
import { firstName } from "./people.ts";

/** `roster` is what it was before the event. */
export function eventNotice(event: RoomEvent, roster: Roster, me: string): Notice | undefined {
  const nameOf = (id: string) => firstName(roster.participants.get(id)?.name ?? t("room.somebody"));
  switch (event.type) {
    case "participant_joined":
      if (event.participant.id === me) return;
      return {
        text: t("room.joined", { name: firstName(event.participant.name) }),
        icon: "user-plus",
      };
    case "participant_left":
      if (event.participant_id === me) return;
      return { text: t("room.gone", { name: nameOf(event.participant_id) }), icon: "log-out" };
    case "hand":
      if (event.hand_at === null || event.participant_id === me) return;
      return {
        text: t("room.handBy", { name: nameOf(event.participant_id) }),
        icon: "hand",
        chalk: true,
      };
    case "track_started":
      if (event.track.source !== "screen" || event.track.participant_id === me) return;
      return {
        text: t("room.sharesNow", { name: nameOf(event.track.participant_id) }),
        icon: "monitor-up",
      };
    case "track_changed":
      if (event.track.participant_id !== me || !event.track.muted_by_staff) return;
      return mutedBy(event.track.source);
    case "server_stops":
      return { text: t("room.serverStops"), icon: "info", chalk: true, urgent: true };
    default:
      return;
  }
}

function mutedBy(source: Source): Notice | undefined {
  if (source === "microphone") {
    return { text: t("room.mutedByHost"), icon: "mic-off", chalk: true, urgent: true };
  }
  if (source === "camera") {
    return { text: t("room.cameraByHost"), icon: "video-off", chalk: true, urgent: true };
  }
  return { text: t("room.screenByHost"), icon: "monitor-x", chalk: true, urgent: true };
}
