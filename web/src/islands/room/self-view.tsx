/** Oneself beside one other: small, in the corner that one likes, or only a chip. */
import { useSignal } from "@preact/signals";
import type { VNode } from "preact";
import { useRef } from "preact/hooks";
import { t } from "../../text.ts";
import { Icon } from "../parts.tsx";
import type { Classroom } from "./classroom.ts";
import type { Placed } from "./scene.ts";
import { Tile } from "./tile.tsx";
import type { Corner } from "./viewing.ts";

/** Pixels between it and the edges of the stage. */
const INSET = 16;

export function SelfView({ room, one }: { room: Classroom; one: Placed }): VNode {
  const moved = useSignal({ x: 0, y: 0 });
  const held = useRef<{ x: number; y: number } | undefined>(undefined);
  const box = useRef<HTMLDivElement>(null);
  const { selfHidden, corner } = room.view;
  if (selfHidden.value) return <Chip room={room} />;
  const drop = () => {
    if (!held.current) return;
    held.current = undefined;
    corner.value = nearest(box.current) ?? corner.value;
    moved.value = { x: 0, y: 0 };
  };
  const hand = {
    onPointerDown: (event: PointerEvent) => {
      if ((event.target as Element).closest("button")) return;
      held.current = { x: event.x, y: event.y };
      box.current?.setPointerCapture(event.pointerId);
      event.stopPropagation();
    },
    onPointerMove: (event: PointerEvent) => {
      if (!held.current) return;
      moved.value = { x: event.x - held.current.x, y: event.y - held.current.y };
    },
    onPointerUp: drop,
    onPointerCancel: drop,
  };
  const { width, height } = one.rect;
  const { x, y } = moved.value;
  return (
    <div
      class={`stage-self stage-self-${corner.value}`}
      ref={box}
      style={{ width: `${width}px`, height: `${height}px`, translate: `${x}px ${y}px` }}
      {...hand}
    >
      <Tile room={room} one={{ ...one, rect: { x: 0, y: 0, width, height } }} ring={false} />
      <button
        type="button"
        class="stage-self-hide"
        aria-label={t("room.self.hide")}
        data-tip={t("room.self.hide")}
        onClick={() => {
          selfHidden.value = true;
        }}
      >
        <Icon name="minimize" kind="small" />
      </button>
    </div>
  );
}

function Chip({ room }: { room: Classroom }): VNode {
  const { on, track } = room.devices.microphone;
  const heard = on.value && track.value !== undefined;
  return (
    <button
      type="button"
      class={`stage-chip stage-self-${room.view.corner.value}`}
      onClick={() => {
        room.view.selfHidden.value = false;
      }}
    >
      <Icon name={heard ? "mic" : "mic-off"} kind="small" />
      {t("room.self.show")}
    </button>
  );
}

/** The corner of the stage that its middle is in. */
function nearest(box: HTMLDivElement | null): Corner | undefined {
  const stage = box?.parentElement;
  if (!box || !stage) return undefined;
  const [own, all] = [box.getBoundingClientRect(), stage.getBoundingClientRect()];
  const right = own.x + own.width / 2 > all.x + all.width / 2;
  const bottom = own.y + own.height / 2 > all.y + all.height / 2 - INSET;
  return `${bottom ? "bottom" : "top"}-${right ? "right" : "left"}`;
}
