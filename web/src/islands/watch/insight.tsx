/** For who teaches: where students got lost, above the time and in a list beside the pictures. */
import type { VNode } from "preact";
import { t } from "../../text.ts";
import { clock } from "./clock.ts";
import type { Theatre } from "./theatre.ts";
import type { Insight, LostPlace } from "./wire.ts";

const HEIGHT = 30;

/** How far above what is usual in this class, over the whole recording. */
export function LostCurve({ theatre, length }: { theatre: Theatre; length: number }): VNode | null {
  const curve = theatre.insight.value?.curve ?? [];
  const top = Math.max(0, ...curve.map(([, above]) => above));
  if (top === 0) return null;
  const points = curve.map(
    ([at, above]) => `${(at / length) * 1000},${HEIGHT - (above / top) * 28}`,
  );
  return (
    <svg
      class="strip-lost"
      viewBox={`0 0 1000 ${HEIGHT}`}
      preserveAspectRatio="none"
      aria-hidden="true"
    >
      <polygon points={`0,${HEIGHT} ${points.join(" ")} 1000,${HEIGHT}`} />
    </svg>
  );
}

export function GotLost({ theatre, insight }: { theatre: Theatre; insight: Insight }): VNode {
  return (
    <div class="got-lost">
      <p class="quiet small">
        {insight.hidden ? t("watch.lost.hidden") : t("watch.lost.how")}{" "}
        <a href={`/insights/${insight.session_id}`}>{t("watch.lost.all")}</a>
      </p>
      {insight.places.length === 0 && !insight.hidden && (
        <p class="small">{t("insight.nowhere")}</p>
      )}
      <ol>
        {insight.places.map((place) => (
          <li key={place.start}>
            <Lost theatre={theatre} place={place} />
          </li>
        ))}
      </ol>
    </div>
  );
}

function Lost({ theatre, place }: { theatre: Theatre; place: LostPlace }): VNode {
  const at = place.recording_at ?? 0;
  return (
    <button type="button" class="lost-place" onClick={() => theatre.player.seek(at)}>
      <span class="lost-at">{clock(at)}</span>
      <span class="grow">
        <strong>{place.chapter || t("insight.place.title")}</strong>
        <span class="lost-signs">
          {signs(place).map((text) => (
            <span key={text} class="badge">
              {text}
            </span>
          ))}
        </span>
      </span>
    </button>
  );
}

function signs(place: LostPlace): string[] {
  const again = Math.round(place.seen_again);
  return [
    place.went_back > 0 && t("insight.sign.back", { count: place.went_back }),
    again > 0 && t("insight.sign.again", { count: again }),
    place.slowed_down > 0 && t("insight.sign.slow", { count: place.slowed_down }),
    place.said_lost > 0 && t("insight.sign.lost", { count: place.said_lost }),
    place.questions > 0 && t("insight.sign.question", { count: place.questions }),
  ].filter((one) => one !== false);
}
