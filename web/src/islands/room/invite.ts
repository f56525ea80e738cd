/** The link of a room, for others. */
import { toast } from "../../shell/toast.ts";
import { t } from "../../text.ts";

export async function copyLink(path = location.pathname): Promise<void> {
  const link = new URL(path, location.href).href;
  try {
    await navigator.clipboard.writeText(link);
    toast(t("rooms.copied"));
  } catch {
    toast(t("room.link", { link }));
  }
}
