/** The picture of a person: chosen or dropped, made small here, re-encoded by a job there. */
import { type Signal, signal } from "@preact/signals";
import { render, type VNode } from "preact";
import { useRef } from "preact/hooks";
import { connect } from "../live.ts";
import { follow } from "../protocol/jobs.ts";
import { http } from "../server.ts";
import { toast } from "../shell/toast.ts";
import { t } from "../text.ts";
import { Avatar } from "./avatar.tsx";
import { Boundary, Button, Icon } from "./parts.tsx";
import { NotAPicture, squared } from "./square.ts";

interface Me {
  picture_url: string | null;
}

type Step =
  | { is: "idle" }
  | { is: "reading" | "sending" | "removing" }
  | { is: "working"; progress: number }
  | { is: "failed"; reason: string };

const PATH = "/api/v1/users/me/picture";
// A slow phone line with a picture of a few hundred kB.
const UPLOAD_LIMIT = 60_000;

class Picture {
  readonly step: Signal<Step> = signal<Step>({ is: "idle" });
  readonly url: Signal<string>;

  constructor(url: string) {
    this.url = signal(url);
  }

  get atWork(): boolean {
    return this.step.value.is !== "idle" && this.step.value.is !== "failed";
  }

  async take(file: File): Promise<void> {
    if (this.atWork) return;
    try {
      this.step.value = { is: "reading" };
      const small = await squared(file);
      this.step.value = { is: "sending" };
      const { job_id } = await http.put<{ job_id: string }>(PATH, small, UPLOAD_LIMIT);
      await this.#wait(job_id);
      await this.#show(t("picture.added"));
    } catch (error) {
      this.#fail(error);
    }
  }

  async remove(): Promise<void> {
    try {
      this.step.value = { is: "removing" };
      await http.delete(PATH);
      await this.#show(t("picture.removed"));
    } catch (error) {
      this.#fail(error);
    }
  }

  async #wait(id: string): Promise<void> {
    this.step.value = { is: "working", progress: 0 };
    const job = await follow(http, connect(), id, ({ progress }) => {
      this.step.value = { is: "working", progress };
    });
    if (job.state !== "succeeded") throw new Error(job.error?.detail ?? job.state);
  }

  async #show(said: string): Promise<void> {
    const me = await http.get<Me>("/api/v1/users/me");
    this.url.value = me.picture_url ?? "";
    this.step.value = { is: "idle" };
    toast(said);
  }

  #fail(error: unknown): void {
    const reason = error instanceof Error ? error.message : String(error);
    const said = error instanceof NotAPicture ? t("picture.notImage") : undefined;
    this.step.value = { is: "failed", reason: said ?? t("picture.failed", { reason }) };
  }
}

export function mount(element: HTMLElement): void {
  const { id = "", name = "", url = "" } = element.dataset;
  const picture = new Picture(url);
  element.replaceChildren();
  render(
    <Boundary source="picture">
      <Chooser id={id} name={name} picture={picture} />
    </Boundary>,
    element,
  );
}

function Chooser({ id, name, picture }: { id: string; name: string; picture: Picture }): VNode {
  const input = useRef<HTMLInputElement>(null);
  const url = picture.url.value;
  return (
    <div class="picture">
      <DropPlace onFile={(file) => void picture.take(file)}>
        <Avatar id={id} name={name} url={url} size="huge" />
      </DropPlace>
      <div class="picture-body">
        <div class="row row-wrap row-tight">
          <input
            ref={input}
            type="file"
            accept="image/*"
            class="visually-hidden"
            tabIndex={-1}
            aria-hidden="true"
            onChange={({ currentTarget }) => {
              const file = currentTarget.files?.[0];
              currentTarget.value = "";
              if (file) void picture.take(file);
            }}
          />
          <Button
            icon="upload"
            busy={picture.atWork && busyWords(picture.step.value)}
            onClick={() => input.current?.click()}
          >
            {url ? t("picture.change") : t("picture.choose")}
          </Button>
          {url && !picture.atWork && (
            <Button kind="ghost" icon="trash-2" onClick={() => void picture.remove()}>
              {t("picture.remove")}
            </Button>
          )}
        </div>
        <StepLine step={picture.step.value} />
      </div>
    </div>
  );
}

function busyWords({ is }: Step): string {
  if (is === "reading") return t("picture.reading");
  return is === "working" ? t("picture.working") : t("picture.sending");
}

function StepLine({ step }: { step: Step }): VNode {
  if (step.is === "failed") {
    return (
      <p class="field-error" role="alert">
        <Icon name="circle-alert" />
        <span>{step.reason}</span>
      </p>
    );
  }
  if (step.is === "working") {
    const { progress } = step;
    return (
      <progress
        class="progress"
        aria-label={t("picture.working")}
        {...(progress > 0 && { value: progress })}
      />
    );
  }
  return <p class="field-hint">{t("picture.drop")}</p>;
}

interface DropProps {
  onFile: (file: File) => void;
  children: VNode;
}

function DropPlace({ onFile, children }: DropProps): VNode {
  const place = useRef<HTMLDivElement>(null);
  const over = (is: boolean) => place.current?.toggleAttribute("data-over", is);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dropping is a second way; the button is the first
    <div
      ref={place}
      class="picture-drop"
      onDragOver={(event) => {
        event.preventDefault();
        over(true);
      }}
      onDragLeave={() => over(false)}
      onDrop={(event) => {
        event.preventDefault();
        over(false);
        const file = event.dataTransfer?.files[0];
        if (file) onFile(file);
      }}
    >
      {children}
    </div>
  );
}
