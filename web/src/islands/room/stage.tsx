/** The blackboard: everything on it is placed by the scene, and slides when the scene changes. */
import { useSignal } from "@preact/signals";
import type { VNode } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { t } from "../../text.ts";
import { Icon } from "../parts.tsx";
import type { Classroom } from "./classroom.ts";
import { copyLink } from "./invite.ts";
import type { Rect, Size } from "./layout.ts";
import { shares } from "./people.ts";
import { type Placed, type Scene, scene } from "./scene.ts";
import { SelfView } from "./self-view.tsx";
import { Share, SmallShare } from "./share.tsx";
import { placeOf, Tile } from "./tile.tsx";
import { form, useSize, view } from "./view.ts";

/** Pixels that a finger moves sideways before it turns the page. */
const SWIPED = 48;

export function Stage({ room }: { room: Classroom }): VNode {
  const size = useSignal<Size>({ width: 0, height: 0 });
  const at = useSize<HTMLDivElement>((now) => {
    size.value = now;
  });
  return (
    <div
      class="stage"
      ref={at}
      data-sharing={room.screen.video.value ? "" : undefined}
      {...useSwipe(room)}
    >
      {size.value.width > 0 && <Arranged room={room} size={size.value} />}
    </div>
  );
}

function useSwipe(room: Classroom) {
  const from = useRef<{ x: number; y: number } | undefined>(undefined);
  return {
    onPointerDown: (event: PointerEvent) => {
      from.current = event.pointerType === "touch" ? { x: event.x, y: event.y } : undefined;
    },
    onPointerUp: (event: PointerEvent) => {
      if (!from.current) return;
      const [x, y] = [event.x - from.current.x, event.y - from.current.y];
      from.current = undefined;
      if (Math.abs(x) > SWIPED && Math.abs(x) > 2 * Math.abs(y)) room.view.turn(x < 0 ? 1 : -1);
    },
    onPointerCancel: () => {
      from.current = undefined;
    },
  };
}

function Arranged({ room, size }: { room: Classroom; size: Size }): VNode {
  const { wish, pin, floor, page, most, seated, audioOnly } = room.view;
  const people = seated.value;
  const now = scene({
    size,
    window: view.value.width,
    form: form.value,
    panel: room.panel.value !== undefined,
    staff: room.rights.value.moderate,
    people,
    shares: audioOnly.value ? [] : shares(people).filter(({ self }) => !self),
    wish: wish.value,
    pin: pin.value,
    speaker: floor.value,
    page: page.value,
    most: most.value,
  });
  useEffect(() => room.view.arranged(now));
  return (
    <>
      {now.placed.map((one) => (
        <One key={one.key} room={room} one={one} kind={now.kind} />
      ))}
      {now.kind === "alone" && <Alone />}
      {now.more && <More room={room} {...now.more} last={now.page === now.pages - 1} />}
      {now.dots && <Pages room={room} scene={now} at={now.dots} />}
    </>
  );
}

function One(props: { room: Classroom; one: Placed; kind: Scene["kind"] }): VNode {
  const { room, one, kind } = props;
  if (one.screen && one.look === "share") return <Share room={room} one={one} />;
  if (one.screen) return <SmallShare room={room} one={one} />;
  if (one.look === "float") return <SelfView room={room} one={one} />;
  const few = kind === "pair" || kind === "alone";
  return <Tile room={room} one={one} ring={!few} full={few} />;
}

function Alone(): VNode {
  return (
    <div class="stage-alone">
      <p>
        <strong>{t("room.alone.title")}</strong>
        {t("room.alone.text")}
      </p>
      <button type="button" class="button button-small" onClick={() => void copyLink()}>
        <Icon name="link" kind="small" />
        {t("rooms.copy")}
      </button>
    </div>
  );
}

/** The end of a strip: how many are not on it, and the way to them. */
function More(props: { room: Classroom; rect: Rect; count: number; last: boolean }): VNode {
  const { room, rect, count, last } = props;
  return (
    <button
      type="button"
      class="strip-more"
      style={placeOf(rect)}
      onClick={() => {
        if (last) room.view.page.value = 0;
        else room.view.turn(1);
      }}
    >
      {t("room.more", { count })}
      <span>{last ? t("room.pages.first") : t("room.others")}</span>
    </button>
  );
}

function Pages({ room, scene, at }: { room: Classroom; scene: Scene; at: Rect }): VNode {
  const { page, pages } = scene;
  return (
    <nav class="stage-pages" aria-label={t("room.pages")}>
      <button
        type="button"
        class="stage-turn stage-turn-before"
        aria-label={t("room.pages.before")}
        disabled={page === 0}
        onClick={() => room.view.turn(-1)}
      >
        <Icon name="chevron-left" />
      </button>
      <span class="dots" aria-hidden="true" style={placeOf(at)}>
        {Array.from({ length: pages }, (_, index) => (
          <i key={index} class={index === page ? "on" : ""} />
        ))}
      </span>
      <span class="visually-hidden" role="status">
        {t("room.pages.at", { page: page + 1, count: pages })}
      </span>
      <button
        type="button"
        class="stage-turn stage-turn-next"
        aria-label={t("room.pages.next")}
        disabled={page === pages - 1}
        onClick={() => room.view.turn(1)}
      >
        <Icon name="chevron-right" />
      </button>
    </nav>
  );
}
