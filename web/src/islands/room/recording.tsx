/** Whether a class is kept: everybody sees it, and those who host it begin, pause and end it. */
import type { VNode } from "preact";
import { http } from "../../server.ts";
import { t } from "../../text.ts";
import { Icon } from "../parts.tsx";
import type { Classroom } from "./classroom.ts";
import { refusal } from "./troubles.ts";
import { Item } from "./view-menu.tsx";

interface Recording {
  id: string;
  state: string;
}

const PATH = "/api/v1/recordings";

export function RecordingPill({ room }: { room: Classroom }): VNode {
  const shown = room.roster.value.recording;
  if (shown === "off") return <span class="class-pill">{t("room.notRecorded")}</span>;
  return (
    <span class="class-pill class-pill-rec">
      <Icon name={shown === "on" ? "circle-dot" : "pause"} kind="small" />
      {shown === "on" ? t("room.recorded") : t("room.recordingPaused")}
    </span>
  );
}

export function RecordingItems({ room, menu }: { room: Classroom; menu: string }): VNode | null {
  if (!room.joined.value?.rights.host) return null;
  const shown = room.roster.value.recording;
  if (shown === "off") {
    return (
      <Item menu={menu} icon="circle-dot" onClick={() => void begin(room)}>
        {t("room.record")}
      </Item>
    );
  }
  return (
    <>
      {shown === "on" ? (
        <Item menu={menu} icon="pause" onClick={() => void change(room, "pause")}>
          {t("room.record.pause")}
        </Item>
      ) : (
        <Item menu={menu} icon="circle-dot" onClick={() => void change(room, "resume")}>
          {t("room.record.resume")}
        </Item>
      )}
      <Item menu={menu} icon="square" onClick={() => void change(room, "stop")}>
        {t("room.record.stop")}
      </Item>
    </>
  );
}

async function begin(room: Classroom): Promise<void> {
  await tried(room, () => http.post(PATH, { room_id: room.place.roomId }));
}

/** Of the one that goes on, whoever began it. */
async function change(room: Classroom, step: "pause" | "resume" | "stop"): Promise<void> {
  await tried(room, async () => {
    const query = new URLSearchParams({ room: room.place.roomId, limit: "1" });
    const { items } = await http.get<{ items: Recording[] }>(`${PATH}?${query}`);
    const [newest] = items;
    if (newest) await http.post(`${PATH}/${newest.id}/${step}`);
  });
}

async function tried(room: Classroom, work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    room.notices.tell({ text: refusal(error), icon: "circle-alert", urgent: true });
  }
}
