/** After class: how it ended, and the ways on. */
import type { VNode } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { Why } from "../../protocol/room.ts";
import { t } from "../../text.ts";
import { Icon } from "../parts.tsx";
import type { Classroom } from "./classroom.ts";

interface End {
  icon: string;
  title: string;
  text: string;
  back: boolean;
}

export function Over({ room }: { room: Classroom }): VNode {
  const end = endOf(room.why.value, room.line.value === "refused");
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  return (
    <main class="class-over" id="content">
      <div class="card class-over-card">
        <span class="medallion">
          <Icon name={end.icon} kind="large" />
        </span>
        <h1 class="title" tabIndex={-1} ref={heading}>
          {end.title}
        </h1>
        <p class="quiet">{end.text}</p>
        <div class="class-over-actions">
          {end.back && (
            <button
              type="button"
              class="button button-primary button-big"
              onClick={() => location.reload()}
            >
              {t("room.again")}
            </button>
          )}
          <a class={`button button-big button-${end.back ? "secondary" : "primary"}`} href="/rooms">
            {t("rooms.title")}
          </a>
          {!room.place.guest && room.recorded.value && (
            <a class="button button-big button-secondary" href="/recordings">
              {t("room.over.recording")}
            </a>
          )}
        </div>
        <p class="small faint">{room.place.title}</p>
      </div>
    </main>
  );
}

function endOf({ error, how }: Why, refused: boolean): End {
  if (error?.code === "removed_from_meeting" || how === "removed") {
    return say("user-x", t("room.over.removed.title"), t("room.over.removed.text"), false);
  }
  if (how === "declined") {
    return say("user-x", t("room.over.declined.title"), t("room.over.declined.text"), false);
  }
  if (error?.code === "class_locked") {
    return say("lock", t("room.over.locked.title"), t("room.over.locked.text"), true);
  }
  if (error) return say("circle-alert", t("room.over.refused.title"), error.message, true);
  switch (how) {
    case "ended":
    case "empty":
      return say("check", t("room.over.ended.title"), t("room.over.ended.text"), false);
    case "closed":
      return say("lock", t("room.over.closed.title"), t("room.over.closed.text"), false);
    case "signed_out":
      return say("log-out", t("room.over.signedOut.title"), t("session.ended"), true);
    case "not_allowed":
      return say("lock", t("room.over.notAllowed.title"), t("room.over.notAllowed.text"), false);
    case "lost":
      return say("wifi-off", t("room.over.lost.title"), t("room.over.lost.text"), true);
    default:
  }
  if (refused) return say("log-out", t("room.over.signedOut.title"), t("session.ended"), true);
  return say("phone-off", t("room.over.left.title"), t("room.over.left.text"), true);
}

function say(icon: string, title: string, text: string, back: boolean): End {
  return { icon, title, text, back };
}
