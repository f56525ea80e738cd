/** For hosts: the files that a recording is made of, one track each. */
import { useSignal } from "@preact/signals";
import type { VNode } from "preact";
import { http } from "../../server.ts";
import { t } from "../../text.ts";
import { Icon } from "../parts.tsx";
import { clock } from "../watch/clock.ts";

interface Track {
  part: number;
  name: string;
  source: string;
  codec: string;
  height: number;
  start: number;
  end: number;
  path: string;
}

const SOURCES: Record<string, { icon: string; name: () => string }> = {
  camera: { icon: "video", name: () => t("downloads.track.camera") },
  screen: { icon: "monitor", name: () => t("downloads.track.screen") },
  microphone: { icon: "mic", name: () => t("downloads.track.microphone") },
  mix: { icon: "headphones", name: () => t("downloads.track.mix") },
};

export function Tracks({ id }: { id: string }): VNode {
  const tracks = useSignal<Track[] | undefined>(undefined);
  const problem = useSignal("");
  const read = async () => {
    try {
      tracks.value = (await http.get<{ items: Track[] }>(`/api/v1/recordings/${id}/parts`)).items;
    } catch (error) {
      problem.value = error instanceof Error ? error.message : String(error);
    }
  };
  return (
    <details
      class="download-tracks"
      onToggle={({ currentTarget }) => {
        if (currentTarget.open && !tracks.value) void read();
      }}
    >
      <summary>{t("downloads.tracks")}</summary>
      {problem.value && (
        <p class="field-error" role="alert">
          {problem.value}
        </p>
      )}
      <ul>
        {tracks.value?.map((one) => (
          <Line key={one.part} one={one} />
        ))}
      </ul>
    </details>
  );
}

function Line({ one }: { one: Track }): VNode {
  const source = SOURCES[one.source];
  const facts = [
    t("downloads.track.span", { from: clock(one.start), until: clock(one.end) }),
    one.height > 0 && `${one.height}p`,
    one.codec,
  ];
  return (
    <li>
      <a href={one.path} download="">
        <Icon name={source?.icon ?? "download"} kind="small" />
        <span class="clip">{[one.name, source?.name()].filter(Boolean).join(", ")}</span>
        <span class="tiny quiet figures">{facts.filter(Boolean).join(" · ")}</span>
      </a>
    </li>
  );
}
