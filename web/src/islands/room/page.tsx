/** The page of a class: the lobby, the class itself, and what comes after. */
import { render, type VNode } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { connect } from "../../live.ts";
import type { Source } from "../../protocol/wire.ts";
import { Boundary } from "../parts.tsx";
import { tellArrival } from "./arrival.ts";
import { AskedDialog } from "./asked.tsx";
import { Bar } from "./bar.tsx";
import { Classroom } from "./classroom.ts";
import { Devices } from "./devices.ts";
import { Guest } from "./guest.tsx";
import { Help } from "./help.tsx";
import { listenToKeys } from "./keys.ts";
import { LineNote } from "./line-note.tsx";
import { Lobby, type Present } from "./lobby.tsx";
import { LocksDialog } from "./locks.tsx";
import { Over } from "./over.tsx";
import { Panel } from "./panel.tsx";
import { onAllowed } from "./permission.ts";
import { watchQuality } from "./quality.ts";
import { RemoveDialog, TurnAwayDialog } from "./remove.tsx";
import { Stage } from "./stage.tsx";
import { watchStrain } from "./strain.ts";
import { Top } from "./top.tsx";
import { stayAwake } from "./wake.ts";

export function mount(element: HTMLElement): void {
  const { room = "", title = "", publish = "", user = "", name = "", present } = element.dataset;
  const { zone = "" } = element.dataset;
  const rights = {
    publish: publish.split(" ").filter(Boolean) as Source[],
    moderate: "host" in element.dataset,
    host: "host" in element.dataset,
  };
  const devices = new Devices(navigator.mediaDevices, localStorage);
  const { guest, owner = "" } = element.dataset;
  const classroom = new Classroom(
    connect(guest !== undefined),
    {
      roomId: room,
      title,
      rights,
      zone,
      owner,
      veiled: "veiled" in element.dataset,
      ...(guest !== undefined && { guest: new Guest(guest, name) }),
    },
    devices,
    localStorage,
  );
  begin(classroom);
  element.replaceChildren();
  render(
    <Boundary source="room">
      <Page
        room={classroom}
        me={{ user_id: user, name }}
        present={JSON.parse(present ?? "[]") as Present[]}
      />
    </Boundary>,
    element,
  );
}

function begin(room: Classroom): void {
  const kinds = (["microphone", "camera"] as const).filter((kind) => room.may(kind));
  const wanted = kinds.filter((kind) => room.devices[kind].on.value);
  if (wanted.length > 0) void room.devices.open(wanted);
  for (const kind of kinds) {
    void onAllowed(kind, () => {
      if (room.devices[kind].trouble.value === "denied") void room.turn(kind, true);
    });
  }
  listenToKeys(room);
  stayAwake(room);
  document.addEventListener("visibilitychange", () =>
    room.seen(document.visibilityState === "visible"),
  );
  // Whoever closes or reloads the page is gone at once, and does not sit there as a ghost.
  addEventListener("pagehide", () => void room.leave());
}

interface PageProps {
  room: Classroom;
  me: Present;
  present: Present[];
}

function Page({ room, me, present }: PageProps): VNode {
  const stage = room.stage.value;
  useEffect(() => {
    document.documentElement.dataset["stage"] = stage;
  }, [stage]);
  if (stage === "over") return <Over room={room} />;
  if (stage === "in") return <Inside room={room} />;
  return <Lobby room={room} me={me} present={present} />;
}

function Inside({ room }: { room: Classroom }): VNode {
  const main = useRef<HTMLElement>(null);
  useEffect(() => main.current?.focus(), []);
  useEffect(() => watchStrain(room), [room]);
  useEffect(() => watchQuality(room), [room]);
  useEffect(() => tellArrival(room), [room]);
  return (
    <div class="class">
      <Top room={room} />
      <div class="class-body">
        <main class="class-main" id="content" tabIndex={-1} ref={main}>
          <Stage room={room} />
          <LineNote room={room} />
        </main>
        {room.panel.value && <Panel room={room} />}
      </div>
      <Bar room={room} />
      <div class="visually-hidden" role="status">
        {room.notices.polite.value}
      </div>
      <div class="visually-hidden" role="alert">
        {room.notices.assertive.value}
      </div>
      <Help room={room} />
      <AskedDialog room={room} />
      <LocksDialog room={room} />
      <RemoveDialog room={room} />
      <TurnAwayDialog room={room} />
    </div>
  );
}
