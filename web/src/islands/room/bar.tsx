/** What one can do in a class, at its lower edge. */
import { useSignal } from "@preact/signals";
import type { ComponentChildren, VNode } from "preact";
import { http } from "../../server.ts";
import { t } from "../../text.ts";
import { Modal } from "../modal.tsx";
import { Button, Icon } from "../parts.tsx";
import type { Classroom } from "./classroom.ts";
import { copyLink } from "./invite.ts";
import { More } from "./more.tsx";
import { DeviceMenu } from "./pickers.tsx";
import { Lost, LostCount, React } from "./react.tsx";
import { Screen } from "./screen.ts";
import { ChatControl, PanelTabs } from "./tabs.tsx";
import { phone } from "./view.ts";

export function Bar({ room }: { room: Classroom }): VNode {
  return (
    <footer class="class-bar">
      <div class="class-bar-start">
        <Told room={room} />
        <LostCount room={room} />
      </div>
      <div class="class-controls" role="toolbar" aria-label={t("room.controls")}>
        {room.may("microphone") && <Microphone room={room} />}
        {room.may("camera") && <Camera room={room} />}
        {room.may("screen") && Screen.possible && !phone.value && <Share room={room} />}
        <span class="class-line" />
        <Hand room={room} />
        {!phone.value && <React room={room} />}
        {!phone.value && !room.rights.value.moderate && <Lost room={room} />}
        {phone.value && <ChatControl room={room} />}
        <More room={room} />
        <span class="class-line" />
        <Leave room={room} />
      </div>
      {!phone.value && (
        <div class="class-bar-end">
          <PanelTabs room={room} />
        </div>
      )}
    </footer>
  );
}

function Told({ room }: { room: Classroom }): VNode {
  const notice = room.notices.shown.value;
  if (notice) {
    return (
      <p class={`class-notice${notice.chalk ? " class-notice-chalk" : ""}`}>
        <Icon name={notice.icon} />
        <span>{notice.text}</span>
        {notice.about?.what === "hand" && room.rights.value.moderate && !room.panel.value && (
          <button type="button" class="class-notice-show" onClick={() => room.open("people")}>
            {t("room.notice.show")}
          </button>
        )}
      </p>
    );
  }
  return (
    <button type="button" class="class-invite" onClick={() => void copyLink()}>
      <Icon name="link" kind="small" />
      {t("room.invite")}
    </button>
  );
}

export interface ControlProps {
  icon: string;
  name: string;
  letter: string;
  kind?: "muted" | "chalk" | "on" | false;
  pressed?: boolean;
  onClick: () => void;
  children?: ComponentChildren;
}

export function Control(props: ControlProps): VNode {
  const { icon, name, letter, kind, pressed, onClick, children } = props;
  return (
    <button
      type="button"
      class={`control${kind ? ` control-${kind}` : ""}`}
      aria-label={name}
      aria-pressed={pressed}
      aria-keyshortcuts={letter}
      data-tip={name}
      data-key={letter}
      onClick={onClick}
    >
      <Icon name={icon} kind="large" />
      {children}
    </button>
  );
}

function Microphone({ room }: { room: Classroom }): VNode {
  const { on, track } = room.devices.microphone;
  const works = on.value && track.value !== undefined;
  return (
    <span class={`control-pair${works ? "" : " control-pair-muted"}`}>
      <Control
        icon={works ? "mic" : "mic-off"}
        name={works ? t("room.mute") : t("room.unmute")}
        letter="M"
        kind={!works && "muted"}
        onClick={() => void room.turn("microphone", !works)}
      />
      <Choose id="microphone-menu" name={t("room.device.soundMenu")} />
      <DeviceMenu room={room} id="microphone-menu" kinds={["microphone", "speaker"]} />
    </span>
  );
}

function Camera({ room }: { room: Classroom }): VNode {
  const { on, track } = room.devices.camera;
  const works = on.value && track.value !== undefined;
  return (
    <span class={`control-pair${works ? "" : " control-pair-muted"}`}>
      <Control
        icon={works ? "video" : "video-off"}
        name={works ? t("room.cameraOff") : t("room.cameraOn")}
        letter="V"
        kind={!works && "muted"}
        onClick={() => void room.turn("camera", !works)}
      />
      <Choose id="camera-menu" name={t("room.device.cameraMenu")} />
      <DeviceMenu room={room} id="camera-menu" kinds={["camera"]} />
    </span>
  );
}

function Choose({ id, name }: { id: string; name: string }): VNode {
  return (
    <button
      type="button"
      class="control-more"
      aria-label={name}
      data-tip={name}
      data-menu="start"
      popovertarget={id}
    >
      <Icon name="chevron-up" kind="small" />
    </button>
  );
}

function Share({ room }: { room: Classroom }): VNode {
  const on = room.screen.video.value !== undefined;
  return (
    <Control
      icon={on ? "monitor-x" : "monitor-up"}
      name={on ? t("room.screen.stop") : t("room.screen.start")}
      letter="S"
      kind={on && "on"}
      onClick={() => void room.share()}
    />
  );
}

function Hand({ room }: { room: Classroom }): VNode {
  const up = room.me.value?.hand !== undefined;
  return (
    <Control
      icon="hand"
      name={up ? t("room.hand.down") : t("room.hand.up")}
      letter="H"
      kind={up && "chalk"}
      onClick={() => room.hand()}
    />
  );
}

function Leave({ room }: { room: Classroom }): VNode {
  const asking = useSignal(false);
  const { host } = room.rights.value;
  const name = host ? t("room.end") : t("room.leave");
  return (
    <>
      <button
        type="button"
        class="control control-leave"
        aria-label={name}
        onClick={() => {
          if (host) asking.value = true;
          else void room.leave();
        }}
      >
        <Icon name="phone-off" kind="large" />
        <span>{name}</span>
      </button>
      {asking.value && <AskToEnd room={room} asking={asking} />}
    </>
  );
}

function AskToEnd({ room, asking }: { room: Classroom; asking: { value: boolean } }): VNode {
  const busy = useSignal(false);
  const others = room.people.value.length - 1;
  const close = () => {
    asking.value = false;
  };
  const end = async () => {
    busy.value = true;
    await room.end(http).catch(() => room.leave());
    close();
  };
  return (
    <Modal
      title={others > 0 ? t("room.end.title", { count: others + 1 }) : t("room.end.alone")}
      onClose={close}
    >
      <p class="quiet">{t("room.end.text")}</p>
      <div class="dialog-actions">
        <Button kind="ghost" onClick={close}>
          {t("dialog.cancel")}
        </Button>
        <Button onClick={() => void room.leave()}>{t("room.end.onlyMe")}</Button>
        <Button kind="danger" busy={busy.value && t("room.end.busy")} onClick={() => void end()}>
          {t("room.end.action")}
        </Button>
      </div>
    </Modal>
  );
}
