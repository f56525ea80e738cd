/** How the class looks, for oneself alone: layouts, no pictures, one's own picture. */
import type { ComponentChildren, VNode } from "preact";
import { t } from "../../text.ts";
import { Icon } from "../parts.tsx";
import type { Classroom } from "./classroom.ts";
import type { Wish } from "./scene.ts";

export function ViewMenu({ room }: { room: Classroom }): VNode {
  return (
    <>
      <button
        type="button"
        class="class-mini"
        aria-label={t("room.layout")}
        data-tip={t("room.layout")}
        data-key="G"
        data-menu="end"
        popovertarget="view-menu"
      >
        <Icon name="layout-grid" />
      </button>
      <div class="menu" id="view-menu" popover="auto">
        <ViewItems room={room} menu="view-menu" />
      </div>
    </>
  );
}

const LAYOUTS: { wish: Wish; icon: string; name: () => string }[] = [
  { wish: "auto", icon: "sparkles", name: () => t("room.layout.auto") },
  { wish: "grid", icon: "layout-grid", name: () => t("room.layout.grid") },
  { wish: "speaker", icon: "gallery-thumbnails", name: () => t("room.layout.speaker") },
];

export function ViewItems({ room, menu }: { room: Classroom; menu: string }): VNode {
  const { wish, pin, audioOnly, selfHidden } = room.view;
  const pinned = pin.value !== undefined;
  return (
    <>
      <fieldset>
        <legend class="menu-caption">{t("room.layout")}</legend>
        {LAYOUTS.map((one) => (
          <Item
            key={one.wish}
            menu={menu}
            icon={one.icon}
            on={!pinned && wish.value === one.wish}
            onClick={() => room.view.choose(one.wish)}
          >
            {one.name()}
          </Item>
        ))}
      </fieldset>
      <hr />
      {pinned && (
        <Item menu={menu} icon="pin-off" onClick={() => room.view.release()}>
          {t("room.pin.release")}
        </Item>
      )}
      {room.rights.value.moderate && room.roster.value.pinned !== null && (
        <Item menu={menu} icon="pin-off" onClick={() => room.order.pin(undefined)}>
          {t("room.pin.allRelease")}
        </Item>
      )}
      {room.view.fewer.value && (
        <Item menu={menu} icon="users" onClick={() => room.view.allFaces()}>
          {t("room.strain.back")}
        </Item>
      )}
      <Item
        menu={menu}
        icon="headphones"
        on={audioOnly.value}
        onClick={() => {
          audioOnly.value = !audioOnly.value;
        }}
      >
        {t("room.audioOnly")}
      </Item>
      <Item
        menu={menu}
        icon="eye-off"
        on={selfHidden.value}
        onClick={() => {
          selfHidden.value = !selfHidden.value;
        }}
      >
        {t("room.self.hide")}
      </Item>
    </>
  );
}

interface ItemProps {
  menu: string;
  icon: string;
  /** Chosen, or not; absent where it is not a choice. */
  on?: boolean;
  /** The key that does the same. */
  at?: string;
  danger?: boolean;
  onClick: () => void;
  children: ComponentChildren;
}

export function Item({ menu, icon, on, at, danger, onClick, children }: ItemProps): VNode {
  return (
    <button
      type="button"
      class={`menu-item${danger ? " menu-item-danger" : ""}`}
      aria-pressed={on}
      onClick={() => {
        document.getElementById(menu)?.hidePopover();
        onClick();
      }}
    >
      <Icon name={icon} />
      <span class="grow">{children}</span>
      {at && <kbd>{at}</kbd>}
      {on && <Icon name="check" />}
    </button>
  );
}
