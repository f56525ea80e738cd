/** Where one is signed in, and ending it there. */
import { signal } from "@preact/signals";
import { render, type VNode } from "preact";
import { http } from "../server.ts";
import { toast } from "../shell/toast.ts";
import { t } from "../text.ts";
import { When } from "../when.ts";
import { Resource } from "./loaded.ts";
import { Modal } from "./modal.tsx";
import { Badge, Boundary, Button, Failure, Icon, SkeletonRows } from "./parts.tsx";

interface Session {
  id: string;
  created_at: string;
  last_seen_at: string;
  address: string;
  /** "Firefox on Linux" */
  agent: string;
  /** The city of the device's time zone, or nothing. */
  place: string;
  current: boolean;
}

const PATH = "/api/v1/auth/sessions";
const MOST = 200;
// The server notes to the minute when something was used.
const ACTIVE = 120_000;

class Sessions {
  readonly list = new Resource(
    async () => (await http.get<{ items: Session[] }>(PATH, { limit: MOST })).items,
  );
  readonly ending = signal<string | undefined>(undefined);
  readonly asking = signal(false);
  readonly problem = signal<unknown>(undefined);

  async end(session: Session): Promise<void> {
    await this.#change(session.id, async () => {
      await http.delete(`${PATH}/${session.id}`);
      this.list.change((all) => all.filter(({ id }) => id !== session.id));
      toast(t("sessions.ended", { device: session.agent }));
    });
  }

  async endOthers(): Promise<void> {
    await this.#change("all", async () => {
      await http.delete(PATH);
      this.list.change((all) => all.filter(({ current }) => current));
      toast(t("sessions.endedAll"));
    });
    this.asking.value = false;
  }

  async #change(what: string, how: () => Promise<void>): Promise<void> {
    this.ending.value = what;
    this.problem.value = undefined;
    try {
      await how();
    } catch (error) {
      this.problem.value = error;
    } finally {
      this.ending.value = undefined;
    }
  }
}

export function mount(element: HTMLElement): void {
  const sessions = new Sessions();
  const when = new When(element.dataset["zone"] ?? "UTC");
  void sessions.list.reload();
  element.replaceChildren();
  render(
    <Boundary source="sessions">
      <List sessions={sessions} when={when} />
    </Boundary>,
    element,
  );
  const actions = document.getElementById("sessions-actions");
  if (actions) render(<EndOthers sessions={sessions} />, actions);
}

function List({ sessions, when }: { sessions: Sessions; when: When }): VNode {
  const state = sessions.list.state.value;
  if (state.is === "loading") return <SkeletonRows count={3} />;
  if (state.is === "failed") {
    return <Failure error={state.error} again={() => void sessions.list.reload()} />;
  }
  const problem = sessions.problem.value;
  return (
    <>
      {problem !== undefined && (
        <Failure error={problem} again={() => void sessions.list.reload()} />
      )}
      <ul class="rows">
        {state.value.map((session) => (
          <Place key={session.id} session={session} sessions={sessions} when={when} />
        ))}
      </ul>
    </>
  );
}

interface PlaceProps {
  session: Session;
  sessions: Sessions;
  when: When;
}

function Place({ session, sessions, when }: PlaceProps): VNode {
  const phone = /iPhone|iPad|Android/.test(session.agent);
  const device = session.agent;
  return (
    <li class="place">
      <span class="medallion medallion-plain">
        <Icon name={phone ? "smartphone" : "monitor"} kind="large" />
      </span>
      <div class="place-body">
        <strong>{session.place ? `${device}, ${session.place}` : device}</strong>
        <p class="small quiet" title={when.full(session.last_seen_at)}>
          {t("sessions.address", { address: session.address, when: seen(session, when) })}
        </p>
      </div>
      {session.current ? (
        <Badge text={t("sessions.current")} tone="good" icon="check" />
      ) : (
        <Button
          size="small"
          label={t("sessions.endOne", { device })}
          busy={sessions.ending.value === session.id && t("sessions.endAll.busy")}
          onClick={() => void sessions.end(session)}
        >
          {t("sessions.end")}
        </Button>
      )}
    </li>
  );
}

function seen({ last_seen_at }: Session, when: When): string {
  if (Date.now() - Date.parse(last_seen_at) < ACTIVE) return t("sessions.active");
  return t("sessions.seen", { when: when.near(last_seen_at) });
}

function EndOthers({ sessions }: { sessions: Sessions }): VNode | null {
  const others = (sessions.list.value ?? []).some(({ current }) => !current);
  if (!others) return null;
  const close = () => {
    sessions.asking.value = false;
  };
  return (
    <>
      <Button
        size="small"
        icon="log-out"
        onClick={() => {
          sessions.asking.value = true;
        }}
      >
        {t("sessions.endAll")}
      </Button>
      {sessions.asking.value && (
        <Modal title={t("sessions.endAll.title")} onClose={close}>
          <p class="small quiet">{t("sessions.endAll.text")}</p>
          <div class="dialog-actions">
            <Button onClick={close}>{t("dialog.cancel")}</Button>
            <Button
              kind="danger"
              busy={sessions.ending.value === "all" && t("sessions.endAll.busy")}
              onClick={() => void sessions.endOthers()}
            >
              {t("sessions.endAll")}
            </Button>
          </div>
        </Modal>
      )}
    </>
  );
}
