/** The blackboard: who is seen, how large, and a screen that is shared. */
import { useSignal } from "@preact/signals";
import type { VNode } from "preact";
import { t } from "../../text.ts";
import { Icon } from "../parts.tsx";
import type { Classroom } from "./classroom.ts";
import { copyLink } from "./invite.ts";
import { GAP, grid, pageOf, pages, pair, perPage, type Size } from "./layout.ts";
import { firstName, type Person, selfOnFirstPage, shares } from "./people.ts";
import { Picture, Tile } from "./tile.tsx";
import { phone, useSize, view } from "./view.ts";

/** A tile of the strip with its gap, in pixels. */
const STRIP_TILE = 170 + GAP;
/** Small tiles on a page of a phone. */
const FEW = 4;
/** Height of the dots that say on which page one is. */
const DOTS = 24;

export function Stage({ room }: { room: Classroom }): VNode {
  const size = useSignal<Size>({ width: 0, height: 0 });
  const at = useSize<HTMLDivElement>((now) => {
    size.value = now;
  });
  return (
    <div class="stage" ref={at} data-sharing={room.screen.video.value ? "" : undefined}>
      {size.value.width > 0 && <Arranged room={room} size={size.value} />}
    </div>
  );
}

function Arranged({ room, size }: { room: Classroom; size: Size }): VNode {
  const people = room.people.value;
  const shown = shares(people).filter(({ self }) => !self);
  if (shown.length > 0) return <Shared room={room} size={size} shown={shown} />;
  if (people.length <= 2) return <Few room={room} people={people} />;
  if (phone.value) return <OneLarge room={room} size={size} people={people} />;
  return <Tiles room={room} size={size} people={people} />;
}

/** Alone, or with one other who is everything. */
function Few({ room, people }: { room: Classroom; people: Person[] }): VNode {
  const [large, small] = people;
  return (
    <div class="stage-few">
      {large && <Tile key={large.participant.id} room={room} person={large} ring={false} full />}
      {!small && <Alone />}
      {small && (
        <div class="stage-self">
          <Tile key={small.participant.id} room={room} person={small} ring={false} />
        </div>
      )}
    </div>
  );
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

interface TilesProps {
  room: Classroom;
  size: Size;
  people: Person[];
  most?: number;
}

function Tiles({ room, size, people, most }: TilesProps): VNode {
  const page = useSignal(0);
  const each = most ?? perPage(view.value.width, room.panel.value);
  const count = pages(people.length, each);
  const dots = count > 1 ? DOTS : 0;
  const shown = pageOf(selfOnFirstPage(people, each), each, page.value);
  const place = { ...size, height: size.height - dots };
  const tile = phone.value ? pair(shown.length, place) : grid(shown.length, place).tile;
  const style = { "--tile-width": `${tile.width}px`, "--tile-height": `${tile.height}px` };
  return (
    <>
      <div class="tiles" style={style} data-pages={count > 1 ? "" : undefined}>
        {shown.map((person) => (
          <Tile key={person.participant.id} room={room} person={person} />
        ))}
      </div>
      {count > 1 && <Pages at={Math.min(page.value, count - 1)} count={count} page={page} />}
    </>
  );
}

function Pages(props: { at: number; count: number; page: { value: number } }): VNode {
  const { at, count, page } = props;
  const go = (to: number) => {
    page.value = Math.max(0, Math.min(count - 1, to));
  };
  return (
    <nav class="stage-pages" aria-label={t("room.pages")}>
      <button
        type="button"
        aria-label={t("room.pages.before")}
        disabled={at === 0}
        data-page="before"
        onClick={() => go(at - 1)}
      >
        <Icon name="chevron-left" kind="small" />
      </button>
      <span class="dots" aria-hidden="true">
        {Array.from({ length: count }, (_, index) => (
          <i key={index} class={index === at ? "on" : ""} />
        ))}
      </span>
      <span class="visually-hidden">{t("room.pages.at", { page: at + 1, count })}</span>
      <button
        type="button"
        aria-label={t("room.pages.next")}
        disabled={at === count - 1}
        data-page="next"
        onClick={() => go(at + 1)}
      >
        <Icon name="chevron-right" kind="small" />
      </button>
    </nav>
  );
}

/** On a phone: whoever speaks, or teaches, and the others small. */
function OneLarge({ room, size, people }: TilesProps): VNode {
  const others = people.filter(({ self }) => !self);
  const speaker = others.find(({ participant }) => participant.id === room.active.value);
  const large = speaker ?? others[0];
  const rest = people.filter((person) => person !== large);
  const below = heightBelow(rest.length, size);
  return (
    <div class="stage-one" style={{ "--large": `${size.height - below - GAP}px` }}>
      {large && <Tile key={large.participant.id} room={room} person={large} />}
      <div class="stage-rest">
        <Tiles room={room} size={{ width: size.width, height: below }} people={rest} most={FEW} />
      </div>
    </div>
  );
}

/** What two side by side need, and dots where there is more than a page. */
function heightBelow(count: number, size: Size): number {
  const shown = Math.min(count, FEW);
  const rows = Math.ceil(shown / 2);
  const wanted = rows * (pair(shown, size).height + GAP) - GAP + (count > FEW ? DOTS : 0);
  return Math.round(Math.min(wanted, size.height * 0.56));
}

interface SharedProps {
  room: Classroom;
  size: Size;
  shown: Person[];
}

function Shared({ room, size, shown }: SharedProps): VNode {
  const chosen = useSignal<string | undefined>(undefined);
  const main = shown.find(({ screen }) => screen?.id === chosen.value) ?? shown.at(-1);
  const choose = (id: string | undefined) => {
    chosen.value = id;
  };
  const rest = shown.filter((person) => person !== main);
  return (
    <div class="stage-shared">
      <div class="share">
        {main?.screen && <Picture key={main.screen.id} room={room} id={main.screen.id} pinned />}
        {main && (
          <span class="share-by">
            <Icon name="monitor-up" kind="small" />
            {t("room.sharesBy", { name: firstName(main.participant.name) })}
          </span>
        )}
      </div>
      <Strip room={room} size={size} others={rest} onChoose={choose} />
    </div>
  );
}

interface StripProps {
  room: Classroom;
  size: Size;
  others: Person[];
  onChoose: (id: string | undefined) => void;
}

function Strip({ room, size, others, onChoose }: StripProps): VNode {
  const people = room.people.value;
  if (phone.value) {
    // The share has the width at 16:9; the people what is left.
    const left = size.height - (size.width * 9) / 16 - GAP;
    return (
      <div class="strip">
        <Tiles room={room} size={{ width: size.width, height: left }} people={people} most={FEW} />
      </div>
    );
  }
  const places = Math.max(2, Math.floor((size.width + GAP) / STRIP_TILE) - others.length);
  const fits = people.length <= places;
  const shown = fits ? people : [...people.slice(0, places - 2), ...people.slice(-1)];
  return (
    <div class="strip">
      {others.map(
        ({ participant, screen }) =>
          screen && (
            <button
              key={screen.id}
              type="button"
              class="tile tile-share"
              onClick={() => onChoose(screen.id)}
            >
              <Picture room={room} id={screen.id} />
              <span class="tile-label">
                <Icon name="monitor-up" kind="small" />
                {t("room.shareOf", { name: firstName(participant.name) })}
              </span>
            </button>
          ),
      )}
      {shown.map((person) => (
        <Tile key={person.participant.id} room={room} person={person} size="small" />
      ))}
      {!fits && (
        <button
          type="button"
          class="strip-more"
          onClick={() => {
            room.panel.value = true;
          }}
        >
          {t("room.more", { count: people.length - shown.length })}
          <span>{t("room.others")}</span>
        </button>
      )}
    </div>
  );
}
