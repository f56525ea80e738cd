/** What is wrong with a device, said so that one knows what to do. */
import { Refused } from "../../protocol/problem.ts";
import { t } from "../../text.ts";
import type { Kind, Trouble } from "./devices.ts";

const CAMERA: Record<Trouble, () => string> = {
  denied: () => t("room.camera.denied"),
  missing: () => t("room.camera.missing"),
  busy: () => t("room.camera.busy"),
  insecure: () => t("room.devices.insecure"),
  lost: () => t("room.camera.lost"),
};

const MICROPHONE: Record<Trouble, () => string> = {
  denied: () => t("room.microphone.denied"),
  missing: () => t("room.microphone.missing"),
  busy: () => t("room.microphone.busy"),
  insecure: () => t("room.devices.insecure"),
  lost: () => t("room.microphone.lost"),
};

export function sentence(kind: Kind, trouble: Trouble): string {
  return (kind === "camera" ? CAMERA : MICROPHONE)[trouble]();
}

export function refusal(error: unknown): string {
  return error instanceof Refused ? error.message : t("room.failed");
}
