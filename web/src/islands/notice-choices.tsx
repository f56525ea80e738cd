/** What one wants to be told, by mail and in the page: each switch takes effect at once. */
import { signal } from "@preact/signals";
import { render, type VNode } from "preact";
import { Refused } from "../protocol/problem.ts";
import { http } from "../server.ts";
import { toast } from "../shell/toast.ts";
import { t } from "../text.ts";
import { Resource } from "./loaded.ts";
import { Boundary, Failure, SkeletonRows } from "./parts.tsx";

type Choice = "always" | "on" | "off" | "never";
type Channel = "by_mail" | "in_page";

interface Topic {
  topic: string;
  title: string;
  text: string;
  by_mail: Choice;
  in_page: Choice;
}

const PATH = "/api/v1/notices/preferences";

class Choices {
  readonly list = new Resource(async () => (await http.get<{ items: Topic[] }>(PATH)).items);
  readonly problem = signal("");

  async choose(topic: Topic, channel: Channel, on: boolean): Promise<void> {
    this.problem.value = "";
    try {
      const held = await http.patch<Topic>(PATH, { topic: topic.topic, [channel]: on });
      this.#put(held);
      toast(t("choices.saved"));
    } catch (error) {
      this.problem.value = error instanceof Refused ? error.message : t("island.away.title");
      // The switch goes back to what holds.
      this.#put({ ...topic });
    }
  }

  #put(held: Topic): void {
    this.list.change((all) => all.map((one) => (one.topic === held.topic ? held : one)));
  }
}

export function mount(element: HTMLElement): void {
  const choices = new Choices();
  void choices.list.reload();
  element.replaceChildren();
  render(
    <Boundary source="notice-choices">
      <List choices={choices} />
    </Boundary>,
    element,
  );
}

function List({ choices }: { choices: Choices }): VNode {
  const state = choices.list.state.value;
  if (state.is === "loading") return <SkeletonRows count={2} />;
  if (state.is === "failed") {
    return <Failure error={state.error} again={() => void choices.list.reload()} />;
  }
  return (
    <>
      {choices.problem.value && (
        <p class="banner banner-danger" role="alert">
          {choices.problem.value}
        </p>
      )}
      <table class="table preferences">
        <thead>
          <tr>
            <th scope="col">{t("choices.topic")}</th>
            <th scope="col">{t("choices.byMail")}</th>
            <th scope="col">{t("choices.inPage")}</th>
          </tr>
        </thead>
        <tbody>
          {state.value.map((topic) => (
            <Row key={topic.topic} topic={topic} choices={choices} />
          ))}
        </tbody>
      </table>
    </>
  );
}

function Row({ topic, choices }: { topic: Topic; choices: Choices }): VNode {
  return (
    <tr>
      <td class="lead">
        <strong>{topic.title}</strong>
        <p class="small quiet">{topic.text}</p>
      </td>
      <td data-label={t("choices.byMail")}>
        <Switch topic={topic} channel="by_mail" name={t("choices.byMail")} choices={choices} />
      </td>
      <td data-label={t("choices.inPage")}>
        <Switch topic={topic} channel="in_page" name={t("choices.inPage")} choices={choices} />
      </td>
    </tr>
  );
}

interface SwitchProps {
  topic: Topic;
  channel: Channel;
  name: string;
  choices: Choices;
}

function Switch({ topic, channel, name, choices }: SwitchProps): VNode {
  const held = topic[channel];
  if (held === "always") return <span class="small quiet">{t("choices.always")}</span>;
  if (held === "never") return <span class="small quiet">{t("choices.never")}</span>;
  return (
    <input
      class="switch"
      type="checkbox"
      role="switch"
      checked={held === "on"}
      aria-checked={held === "on"}
      aria-label={`${topic.title}, ${name}`}
      onChange={({ currentTarget }) => void choices.choose(topic, channel, currentTarget.checked)}
    />
  );
}
