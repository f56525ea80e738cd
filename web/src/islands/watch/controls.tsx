/** The buttons below the pictures. */
import type { ComponentChildren, VNode } from "preact";
import { t } from "../../text.ts";
import { Icon } from "../parts.tsx";
import { Item } from "../room/view-menu.tsx";
import { CaptionButton } from "./caption-parts.tsx";
import { clock } from "./clock.ts";
import { type Layout, type Player, RATES } from "./player.ts";
import { toggleFull } from "./screen.tsx";
import type { Theatre } from "./theatre.ts";

export function Controls({ theatre }: { theatre: Theatre }): VNode {
  const { player } = theatre;
  const { stage, screen } = player.shown.value;
  return (
    <div class="player-bar" role="toolbar" aria-label={t("watch.controls")}>
      <Mini
        icon={player.playing.value ? "pause" : "play"}
        name={player.playing.value ? t("watch.pause") : t("watch.play")}
        at="K"
        filled
        onClick={() => player.toggle()}
      />
      <Mini icon="rotate-ccw" name={t("watch.back")} at="J" onClick={() => player.skip(-10)} />
      <Mini icon="rotate-cw" name={t("watch.on")} at="L" onClick={() => player.skip(10)} />
      <Volume player={player} />
      <p class="player-time figures">
        <b>{clock(player.time.value)}</b>
        <span> / {clock(player.length.value)}</span>
      </p>
      <Live player={player} />
      <Legend theatre={theatre} />
      <span class="player-right">
        <Speed player={player} />
        <CaptionButton theatre={theatre} />
        {player.sizes.all.value.length > 1 && <Quality player={player} />}
        {stage && screen && <Layouts player={player} />}
        {document.pictureInPictureEnabled && (
          <Mini
            icon="picture-in-picture-2"
            name={t("watch.small")}
            at="I"
            wide
            onClick={() => void small(player)}
          />
        )}
        <Mini icon="maximize" name={t("watch.full")} at="F" onClick={toggleFull} />
        <Mini
          icon="keyboard"
          name={t("watch.keys")}
          at="?"
          wide
          onClick={() => {
            theatre.help.value = true;
          }}
        />
      </span>
    </div>
  );
}

interface MiniProps {
  icon: string;
  name: string;
  at?: string;
  filled?: boolean;
  /** Left out where there is little room. */
  wide?: boolean;
  onClick: () => void;
}

function Mini({ icon, name, at, filled, wide, onClick }: MiniProps): VNode {
  return (
    <button
      type="button"
      class={`class-mini${filled ? " player-play" : ""}${wide ? " player-wide" : ""}`}
      aria-label={name}
      data-tip={name}
      data-key={at}
      aria-keyshortcuts={at}
      onClick={onClick}
    >
      <Icon name={icon} />
    </button>
  );
}

function Volume({ player }: { player: Player }): VNode {
  const { muted, volume } = player;
  const off = muted.value || volume.value === 0;
  return (
    <span class="player-volume">
      <Mini
        icon={off ? "volume-x" : "volume-2"}
        name={off ? t("watch.unmute") : t("watch.mute")}
        at="M"
        onClick={() => {
          muted.value = !off;
          if (off && volume.value === 0) volume.value = 1;
        }}
      />
      <input
        type="range"
        min={0}
        max={1}
        step={0.05}
        value={muted.value ? 0 : volume.value}
        aria-label={t("watch.volume")}
        onInput={({ currentTarget }) => {
          volume.value = Number(currentTarget.value);
          muted.value = false;
        }}
      />
    </span>
  );
}

function Live({ player }: { player: Player }): VNode | null {
  if (!player.grows.value) return null;
  const at = player.atEdge.value && player.stage.value !== "idle";
  return (
    <button
      type="button"
      class={`player-live${at ? " player-live-on" : ""}`}
      aria-pressed={at}
      onClick={() => player.goLive()}
    >
      <span class="rec-dot" aria-hidden="true" />
      {at ? t("watch.live") : t("watch.goLive")}
    </button>
  );
}

function Legend({ theatre }: { theatre: Theatre }): VNode {
  const { voices, polls, messages, hands } = theatre.timeline.value;
  return (
    <p class="player-legend">
      {voices.some(([, , host]) => host) && <Key kind="host">{t("watch.legend.host")}</Key>}
      {voices.some(([, , host]) => !host) && <Key kind="others">{t("watch.legend.class")}</Key>}
      {messages.some(({ host, text }) => !host && text.includes("?")) && (
        <Key kind="question">{t("watch.legend.question")}</Key>
      )}
      {polls.length > 0 && <Key kind="poll">{t("watch.legend.poll")}</Key>}
      {hands.length > 0 && <Key kind="hand">{t("watch.legend.hand")}</Key>}
    </p>
  );
}

function Key({ kind, children }: { kind: string; children: ComponentChildren }): VNode {
  return (
    <span>
      <i class={`legend legend-${kind}`} aria-hidden="true" />
      {children}
    </span>
  );
}

function Speed({ player }: { player: Player }): VNode {
  return (
    <Choice id="watch-speed" name={t("watch.speed")} shown={`${player.rate.value}×`} at="< >">
      {RATES.map((rate) => (
        <Item
          key={rate}
          menu="watch-speed"
          icon="gauge"
          on={player.rate.value === rate}
          onClick={() => {
            player.setRate(rate);
          }}
        >
          {rate === 1 ? t("watch.speed.usual") : `${rate}×`}
        </Item>
      ))}
    </Choice>
  );
}

function Quality({ player }: { player: Player }): VNode {
  const { all, chosen } = player.sizes;
  const shown = chosen.value === undefined ? t("watch.quality.auto") : `${chosen.value}p`;
  return (
    <Choice id="watch-quality" name={t("watch.quality")} shown={shown}>
      <Item
        menu="watch-quality"
        icon="sparkles"
        on={chosen.value === undefined}
        onClick={() => player.choose(undefined)}
      >
        {t("watch.quality.auto")}
      </Item>
      {all.value.map((height) => (
        <Item
          key={height}
          menu="watch-quality"
          icon="monitor"
          on={chosen.value === height}
          onClick={() => player.choose(height)}
        >
          {`${height}p`}
        </Item>
      ))}
    </Choice>
  );
}

export const LAYOUTS: { layout: Layout; icon: string; name: () => string }[] = [
  { layout: "beside", icon: "columns-2", name: () => t("watch.layout.beside") },
  { layout: "screen", icon: "picture-in-picture-2", name: () => t("watch.layout.screen") },
  { layout: "camera", icon: "circle-user-round", name: () => t("watch.layout.camera") },
];

function Layouts({ player }: { player: Player }): VNode {
  return (
    <Choice id="watch-layout" name={t("watch.layout")} icon="columns-2" at="G">
      {LAYOUTS.map(({ layout, icon, name }) => (
        <Item
          key={layout}
          menu="watch-layout"
          icon={icon}
          on={player.layout.value === layout}
          onClick={() => {
            player.layout.value = layout;
          }}
        >
          {name()}
        </Item>
      ))}
    </Choice>
  );
}

interface ChoiceProps {
  id: string;
  name: string;
  shown?: string;
  icon?: string;
  at?: string;
  children: ComponentChildren;
}

function Choice({ id, name, shown, icon, at, children }: ChoiceProps): VNode {
  return (
    <>
      <button
        type="button"
        class={`class-mini${shown ? " player-word figures" : ""}`}
        aria-label={shown ? `${name}: ${shown}` : name}
        data-tip={name}
        data-key={at}
        data-menu="end"
        popovertarget={id}
      >
        {icon ? <Icon name={icon} /> : shown}
      </button>
      <div class="menu" id={id} popover="auto">
        {children}
      </div>
    </>
  );
}

/** One window above other programs, with the picture that has the sound. */
export async function small(player: Player): Promise<void> {
  if (document.pictureInPictureElement) {
    await document.exitPictureInPicture();
    return;
  }
  try {
    await player.lead.requestPictureInPicture();
  } catch {
    // It has no picture yet, or the browser does not want to: then nothing changes.
  }
}
