/** A screen that somebody shares: whole and sharp, and closer where one wants to read. */
import { useSignal } from "@preact/signals";
import type { VNode } from "preact";
import { useRef } from "preact/hooks";
import { t } from "../../text.ts";
import { Icon } from "../parts.tsx";
import type { Classroom } from "./classroom.ts";
import { firstName } from "./people.ts";
import type { Placed } from "./scene.ts";
import { Picture, placeOf } from "./tile.tsx";

const STEP = 1.25;
const CLOSEST = 4;

interface ShareProps {
  room: Classroom;
  one: Placed;
}

export function Share({ room, one }: ShareProps): VNode | null {
  const { participant, screen } = one.person;
  const zoom = useZoom();
  if (!screen) return null;
  const close = zoom.by > 1;
  return (
    <div
      class="share"
      style={placeOf(one.rect)}
      ref={zoom.at}
      data-zoomed={close ? "" : undefined}
      {...zoom.hand}
    >
      <div class="share-picture" style={{ transform: zoom.transform }}>
        <Picture room={room} id={screen.id} size={one.rect} pinned />
      </div>
      <span class="share-by">
        <Icon name="monitor-up" kind="small" />
        {t("room.sharesBy", { name: firstName(participant.name) })}
      </span>
      <div class="share-tools">
        {close && (
          <ZoomButton icon="zoom-out" name={t("room.zoom.out")} at="−" onClick={zoom.out} />
        )}
        <ZoomButton icon="zoom-in" name={t("room.zoom.in")} at="+" onClick={zoom.in} />
      </div>
    </div>
  );
}

function ZoomButton(props: { icon: string; name: string; at: string; onClick: () => void }): VNode {
  return (
    <button
      type="button"
      class="class-mini"
      aria-label={props.name}
      data-tip={props.name}
      data-key={props.at}
      data-zoom={props.icon}
      onClick={props.onClick}
    >
      <Icon name={props.icon} kind="small" />
    </button>
  );
}

/** How close one looks, and at what; a share that is whole cannot be moved. */
function useZoom() {
  const at = useRef<HTMLDivElement>(null);
  const state = useSignal({ by: 1, x: 0, y: 0 });
  const held = useRef<{ x: number; y: number } | undefined>(undefined);
  const put = (by: number, x: number, y: number) => {
    const box = at.current;
    const reach = (length: number) => (length * (by - 1)) / 2;
    const within = (value: number, most: number) => Math.max(-most, Math.min(most, value));
    state.value = {
      by,
      x: within(x, reach(box?.clientWidth ?? 0)),
      y: within(y, reach(box?.clientHeight ?? 0)),
    };
  };
  const to = (by: number) => {
    const { x, y } = state.value;
    put(Math.max(1, Math.min(CLOSEST, by)), x, y);
  };
  const drop = (event: PointerEvent) => {
    if (held.current) event.stopPropagation();
    held.current = undefined;
  };
  const { by, x, y } = state.value;
  return {
    at,
    by,
    to,
    in: () => to(by * STEP),
    out: () => to(by / STEP < 1.05 ? 1 : by / STEP),
    transform: by === 1 ? "" : `translate(${x}px, ${y}px) scale(${by})`,
    hand: {
      onDblClick: ({ target }: Event) => {
        if ((target as Element).closest("button")) return;
        to(by > 1 ? 1 : realPixels(at.current));
      },
      onPointerDown: (event: PointerEvent) => {
        if (by === 1 || (event.target as Element).closest("button")) return;
        held.current = { x: event.x, y: event.y };
        at.current?.setPointerCapture(event.pointerId);
        // The finger moves the share now, and turns no page.
        event.stopPropagation();
      },
      onPointerMove: (event: PointerEvent) => {
        if (!held.current) return;
        const { x, y } = state.value;
        put(state.value.by, x + event.x - held.current.x, y + event.y - held.current.y);
        held.current = { x: event.x, y: event.y };
      },
      onPointerUp: drop,
      onPointerCancel: drop,
    },
  };
}

/** The factor at which a pixel that was sent is a pixel that is seen. */
function realPixels(box: HTMLDivElement | null): number {
  const video = box?.querySelector("video");
  if (!box || !video?.videoWidth) return 2;
  const shown = Math.min(box.clientWidth / video.videoWidth, box.clientHeight / video.videoHeight);
  const factor = 1 / shown / devicePixelRatio;
  return factor > 1.1 ? factor : 2;
}

/** A second screen, or the one that somebody put aside: one click makes it large. */
export function SmallShare({ room, one }: ShareProps): VNode | null {
  const { participant, screen } = one.person;
  if (!screen) return null;
  return (
    <button
      type="button"
      class="tile tile-share"
      style={placeOf(one.rect)}
      onClick={() => room.view.toggle(screen.id)}
    >
      <Picture room={room} id={screen.id} size={one.rect} />
      <span class="tile-label">
        <Icon name="monitor-up" kind="small" />
        {t("room.shareOf", { name: firstName(participant.name) })}
      </span>
    </button>
  );
}
