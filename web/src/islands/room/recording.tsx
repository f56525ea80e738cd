/** Whether a class is kept: everybody sees it, and those who host it begin, pause and end it. */
import { useSignal } from "@preact/signals";
import type { VNode } from "preact";
import { useEffect } from "preact/hooks";
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

/** ms; how often it is asked how many watch from outside. */
const FRESH = 10_000;

/** Those who watch live without joining, for whoever holds the class. */
export function Followers({ room }: { room: Classroom }): VNode | null {
  const count = useSignal(0);
  const asks = room.joined.value?.rights.host === true && room.roster.value.recording !== "off";
  useEffect(() => {
    count.value = 0;
    if (!asks) return undefined;
    const ask = async () => {
      try {
        const one = await newest(room);
        if (!one) return;
        const { viewers } = await http.get<{ viewers: number | null }>(`${PATH}/${one.id}/playing`);
        count.value = viewers ?? 0;
      } catch {
        // It is asked again soon; what was last known stays until then.
      }
    };
    void ask();
    const timer = setInterval(() => void ask(), FRESH);
    return () => clearInterval(timer);
  }, [asks]);
  if (!asks || count.value === 0) return null;
  return (
    <span class="class-fact figures">
      <Icon name="eye" kind="small" />
      {t("room.followers", { count: count.value })}
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
    const one = await newest(room);
    if (one) await http.post(`${PATH}/${one.id}/${step}`);
  });
}

async function newest(room: Classroom): Promise<Recording | undefined> {
  const query = { room: room.place.roomId, limit: 1 };
  const { items } = await http.get<{ items: Recording[] }>(PATH, query);
  return items[0];
}

async function tried(room: Classroom, work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    room.notices.tell({ text: refusal(error), icon: "circle-alert", urgent: true });
  }
}
