/** The captions of a recording: which there are, more of them from a file, and away with them. */
import { type Signal, signal } from "@preact/signals";
import type { VNode } from "preact";
import { useEffect, useId, useMemo } from "preact/hooks";
import type { Http } from "../../protocol/http.ts";
import { http } from "../../server.ts";
import { t } from "../../text.ts";
import { Modal } from "../modal.tsx";
import { Badge, Button, Icon, IconButton } from "../parts.tsx";
import { type Caption, nameOf } from "../watch/captions.ts";
import { LANGUAGES } from "./languages.ts";
import type { Recording } from "./store.ts";

interface Props {
  recording: Recording;
  onClose: () => void;
}

/** As the server takes them. */
const MOST_BYTES = 2_097_152;
const TIMEOUT = 60_000;

interface Told {
  items: Caption[];
  transcriber: string;
}

interface Gone {
  one: Caption;
  text: Blob;
}

export class CaptionShelf {
  readonly all: Signal<Caption[] | undefined> = signal<Caption[] | undefined>(undefined);
  /** What was removed last, until something else is done. */
  readonly gone: Signal<Gone | undefined> = signal<Gone | undefined>(undefined);
  /** What there is to write them, or what it lacks. */
  readonly transcriber: Signal<string> = signal("unset");
  readonly begun = signal(false);
  readonly problem = signal("");
  readonly busy = signal(false);
  readonly #http: Http;
  readonly #path: string;

  constructor(given: Http, id: string) {
    this.#http = given;
    this.#path = `/api/v1/recordings/${id}/captions`;
  }

  read(): Promise<boolean> {
    return this.#try(() => this.#read());
  }

  send(file: File, language: string): Promise<boolean> {
    return this.#try(async () => {
      if (file.size > MOST_BYTES) throw new Error(t("recordings.captions.tooLarge"));
      // What it is called tells what it is; browsers know no type for SubRip.
      const type = /\.srt$/i.test(file.name) ? "application/x-subrip" : "text/vtt";
      const body = new Blob([await file.arrayBuffer()], { type });
      await this.#http.put(`${this.#path}/${encodeURIComponent(language)}`, body, TIMEOUT);
      await this.#read();
    });
  }

  remove(one: Caption): Promise<boolean> {
    return this.#try(async () => {
      const answer = await fetch(one.path);
      const text = answer.ok ? await answer.blob() : undefined;
      await this.#http.delete(one.path);
      await this.#read();
      this.gone.value = text && { one, text };
    });
  }

  restore({ one, text }: Gone): Promise<boolean> {
    return this.#try(async () => {
      const label = encodeURIComponent(one.label);
      const body = new Blob([text], { type: "text/vtt" });
      await this.#http.put(`${one.path}?label=${label}`, body, TIMEOUT);
      await this.#read();
    });
  }

  async #read(): Promise<void> {
    const told = await this.#http.get<Told>(this.#path);
    this.all.value = told.items;
    this.transcriber.value = told.transcriber;
  }

  /** An engine listens, which takes a while; the list of recordings shows how far it is. */
  write(): Promise<boolean> {
    return this.#try(async () => {
      await this.#http.post(this.#path.replace(/captions$/, "work"), { kind: "captions" });
      this.begun.value = true;
    });
  }

  async #try(work: () => Promise<void>): Promise<boolean> {
    this.busy.value = true;
    this.problem.value = "";
    this.gone.value = undefined;
    try {
      await work();
      return true;
    } catch (error) {
      this.problem.value = error instanceof Error ? error.message : String(error);
      return false;
    } finally {
      this.busy.value = false;
    }
  }
}

export function CaptionsDialog({ recording, onClose }: Props): VNode {
  const shelf = useMemo(() => new CaptionShelf(http, recording.id), [recording.id]);
  useEffect(() => void shelf.read(), [shelf]);
  const { all, gone, problem } = shelf;
  return (
    <Modal title={t("recordings.captions.title")} onClose={onClose}>
      <p class="quiet small clip">{recording.title}</p>
      {all.value && <Languages shelf={shelf} all={all.value} />}
      {gone.value && <Removed shelf={shelf} gone={gone.value} />}
      <SendForm shelf={shelf} />
      <Machine shelf={shelf} />
      {problem.value && (
        <p class="field-error" role="alert">
          <Icon name="circle-alert" />
          {problem.value}
        </p>
      )}
      <div class="dialog-actions">
        <Button onClick={onClose}>{t("dialog.close")}</Button>
      </div>
    </Modal>
  );
}

function Languages({ shelf, all }: { shelf: CaptionShelf; all: Caption[] }): VNode {
  if (all.length === 0) return <p class="small">{t("recordings.captions.none")}</p>;
  return (
    <ul class="caption-list">
      {all.map((one) => (
        <li key={one.language}>
          <Icon name="captions" />
          <a class="grow clip" href={one.path} download={`${one.language}.vtt`}>
            {nameOf(one)}
          </a>
          {one.automatic && <Badge text={t("recordings.captions.automatic")} />}
          <IconButton
            icon="trash-2"
            name={t("recordings.captions.remove", { name: nameOf(one) })}
            onClick={() => void shelf.remove(one)}
          />
        </li>
      ))}
    </ul>
  );
}

function Removed({ shelf, gone }: { shelf: CaptionShelf; gone: Gone }): VNode {
  return (
    <p class="row small" role="status">
      {t("recordings.captions.removed", { name: nameOf(gone.one) })}
      <Button size="small" icon="rotate-ccw" onClick={() => void shelf.restore(gone)}>
        {t("toast.undo")}
      </Button>
    </p>
  );
}

const LACKS: Record<string, string> = {
  unset: t("recordings.captions.unset"),
  not_installed: t("recordings.captions.notInstalled"),
  no_model: t("recordings.captions.noModel"),
};

/** What is said can be written down by a program, where the school has one. */
function Machine({ shelf }: { shelf: CaptionShelf }): VNode {
  if (shelf.begun.value) {
    return (
      <p class="small" role="status">
        {t("recordings.captions.begun")}
      </p>
    );
  }
  const lacks = LACKS[shelf.transcriber.value];
  if (lacks) return <p class="small quiet">{lacks}</p>;
  return (
    <p>
      <Button icon="captions" onClick={() => void shelf.write()}>
        {t("recordings.captions.write")}
      </Button>
    </p>
  );
}

function SendForm({ shelf }: { shelf: CaptionShelf }): VNode {
  const [language, file] = [useId(), useId()];
  return (
    <form
      class="caption-form"
      onSubmit={(event) => {
        event.preventDefault();
        const form = event.currentTarget;
        const given = new FormData(form);
        const chosen = given.get("file");
        if (!(chosen instanceof File) || chosen.size === 0 || shelf.busy.value) return;
        void shelf.send(chosen, String(given.get("language"))).then((done) => {
          if (done) form.reset();
        });
      }}
    >
      <div class="field">
        <label class="field-label" for={file}>
          {t("recordings.captions.file")}
        </label>
        <input id={file} name="file" type="file" accept=".vtt,.srt,text/vtt" required />
      </div>
      <div class="field">
        <label class="field-label" for={language}>
          {t("recordings.captions.language")}
        </label>
        <div class="input">
          <select id={language} name="language">
            {LANGUAGES.map((one) => (
              <option key={one} value={one}>
                {nameOf({ language: one, label: "" })}
              </option>
            ))}
          </select>
          <Icon name="chevron-down" kind="small" />
        </div>
      </div>
      <Button type="submit" icon="upload" busy={shelf.busy.value && t("recordings.captions.busy")}>
        {t("recordings.captions.send")}
      </Button>
    </form>
  );
}
