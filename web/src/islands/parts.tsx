/** The components of templates/macros/ui.html, for islands. Same classes, same looks. */
import { Component, type ComponentChildren, type VNode } from "preact";
import { report } from "../errors.ts";
import { Refused } from "../protocol/problem.ts";
import { t } from "../text.ts";

interface IconProps {
  name: string;
  kind?: "small" | "large" | undefined;
}

export function Icon({ name, kind }: IconProps): VNode {
  const sprite = document.documentElement.dataset["icons"];
  return (
    <svg class={`icon${kind ? ` icon-${kind}` : ""}`} aria-hidden="true" focusable="false">
      <use href={`${sprite}#${name}`} />
    </svg>
  );
}

type Tone = "good" | "chalk" | "danger" | "info" | "violet";

export function Badge(props: { text: string; tone?: Tone | undefined; icon?: string }): VNode {
  return (
    <span class={`badge${props.tone ? ` badge-${props.tone}` : ""}`}>
      {props.icon && <Icon name={props.icon} />}
      {props.text}
    </span>
  );
}

interface ButtonProps {
  kind?: "primary" | "secondary" | "soft" | "ghost" | "danger" | "danger-quiet";
  size?: "small";
  icon?: string;
  /** The words while it works; then it cannot be pressed. */
  busy?: string | false;
  type?: "button" | "submit";
  label?: string;
  onClick?: () => void;
  children: ComponentChildren;
}

export function Button(props: ButtonProps): VNode {
  const { kind = "secondary", size, busy } = props;
  return (
    <button
      type={props.type ?? "button"}
      class={`button button-${kind}${size ? ` button-${size}` : ""}`}
      aria-busy={busy ? "true" : undefined}
      aria-label={props.label}
      onClick={(event) => {
        if (busy) event.preventDefault();
        else props.onClick?.();
      }}
    >
      {busy ? (
        <span class="busy-ring" aria-hidden="true" />
      ) : (
        props.icon && <Icon name={props.icon} />
      )}
      {busy || props.children}
    </button>
  );
}

export function IconButton(props: { icon: string; name: string; onClick: () => void }): VNode {
  return (
    <button
      type="button"
      class="button button-ghost button-icon"
      aria-label={props.name}
      data-tip={props.name}
      onClick={props.onClick}
    >
      <Icon name={props.icon} />
    </button>
  );
}

interface EmptyProps {
  icon: string;
  title: string;
  text: string;
  tone?: "danger" | undefined;
  children?: ComponentChildren;
}

export function Empty({ icon, title, text, tone, children }: EmptyProps): VNode {
  return (
    <div class="empty">
      <span class={`medallion${tone ? ` medallion-${tone}` : ""}`}>
        <Icon name={icon} kind="large" />
      </span>
      <p class="empty-title">{title}</p>
      <p class="empty-text">{text}</p>
      {children}
    </div>
  );
}

/** Why something cannot be shown, and the way on. */
export function Failure({ error, again }: { error: unknown; again: () => void }): VNode {
  const refused = error instanceof Refused;
  return (
    <div role="alert">
      <Empty
        icon={refused ? "circle-alert" : "cloud-off"}
        tone="danger"
        title={refused ? t("island.refused.title") : t("island.away.title")}
        text={refused ? error.message : t("island.away.text")}
      >
        <Button onClick={again}>{t("island.again")}</Button>
      </Empty>
    </div>
  );
}

export function SkeletonRows({ count }: { count: number }): VNode {
  return (
    <div class="rows late" aria-hidden="true">
      {Array.from({ length: count }, (_, index) => (
        <div class="row" key={index}>
          <span class="skeleton skeleton-disc" />
          <span class="grow">
            <span class="skeleton skeleton-line" />
            <span class="skeleton skeleton-line skeleton-short" />
          </span>
        </div>
      ))}
    </div>
  );
}

interface BoundaryProps {
  source: string;
  children: ComponentChildren;
}

/** What breaks inside stays inside, is reported, and can be tried again. */
export class Boundary extends Component<BoundaryProps, { error: unknown }> {
  override state = { error: undefined as unknown };

  override componentDidCatch(error: unknown): void {
    report(error, `island ${this.props.source}`);
    this.setState({ error });
  }

  override render(): ComponentChildren {
    if (this.state.error === undefined) return this.props.children;
    return (
      <div role="alert">
        <Empty
          icon="circle-alert"
          tone="danger"
          title={t("island.failed.title")}
          text={t("island.failed.text")}
        >
          <Button onClick={() => this.setState({ error: undefined })}>{t("island.again")}</Button>
        </Empty>
      </div>
    );
  }
}
