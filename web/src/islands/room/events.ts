/** Which of the news of a class are worth a word, and which. */
import type { Roster } from "../../protocol/roster.ts";
import type { Recorded, RoomEvent, Source } from "../../protocol/wire.ts";
import { t } from "../../text.ts";
import type { Notice } from "./notices.ts";
import { firstName } from "./people.ts";

/** `roster` is what it was before the event; `keys`: whether there is a keyboard to name keys of. */
export function eventNotice(
  event: RoomEvent,
  roster: Roster,
  me: string,
  keys = true,
): Notice | undefined {
  const nameOf = (id: string) => firstName(roster.participants.get(id)?.name ?? t("room.somebody"));
  switch (event.type) {
    case "participant_joined":
      if (event.participant.id === me) return;
      return {
        text: t("room.joined", { name: firstName(event.participant.name) }),
        icon: "user-plus",
        about: { what: "joined", name: firstName(event.participant.name) },
      };
    case "participant_left":
      if (event.participant_id === me) return;
      return {
        text: t("room.gone", { name: nameOf(event.participant_id) }),
        icon: "log-out",
        about: { what: "left", name: nameOf(event.participant_id) },
      };
    case "hand":
      if (event.hand_at === null || event.participant_id === me) return;
      return {
        text: t("room.handBy", { name: nameOf(event.participant_id) }),
        icon: "hand",
        chalk: true,
        about: { what: "hand", name: nameOf(event.participant_id) },
      };
    case "track_started":
      if (event.track.source !== "screen" || event.track.participant_id === me) return;
      return {
        text: t("room.sharesNow", { name: nameOf(event.track.participant_id) }),
        icon: "monitor-up",
      };
    case "track_changed":
      if (event.track.participant_id !== me || !event.track.muted_by_staff) return;
      return mutedBy(event.track.source, keys);
    case "pin_changed":
      return event.pinned === null ? undefined : largeForAll(event.pinned, roster, me);
    case "recording":
      return RECORDED[event.recording]();
    case "server_stops":
      return { text: t("room.serverStops"), icon: "info", chalk: true, urgent: true };
    default:
      return;
  }
}

/** Whoever is shown to everybody should know it. */
function largeForAll(account: string, { participants }: Roster, me: string): Notice | undefined {
  const icon = "pin";
  if (participants.get(me)?.user_id === account) {
    return { text: t("room.pin.allYou"), icon, chalk: true, urgent: true };
  }
  const large = [...participants.values()].find(({ user_id }) => user_id === account);
  if (large) return { text: t("room.pin.allNow", { name: firstName(large.name) }), icon };
  return;
}

const RECORDED: Record<Recorded, () => Notice> = {
  on: () => ({ text: t("room.record.began"), icon: "circle-dot", urgent: true }),
  paused: () => ({ text: t("room.record.isPaused"), icon: "pause" }),
  off: () => ({ text: t("room.record.ended"), icon: "square" }),
};

function mutedBy(source: Source, keys: boolean): Notice {
  const urgent = { chalk: true, urgent: true };
  if (source === "microphone") {
    const text = keys ? t("room.mutedByHost") : t("room.mutedByHost.touch");
    return { text, icon: "mic-off", ...urgent };
  }
  if (source === "camera") {
    const text = keys ? t("room.cameraByHost") : t("room.cameraByHost.touch");
    return { text, icon: "video-off", ...urgent };
  }
  return { text: t("room.screenByHost"), icon: "monitor-x", ...urgent };
}
