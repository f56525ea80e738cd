/** One labelled line of input in a dialog, as `ui.field` is on pages. */
import type { VNode } from "preact";
import { useId } from "preact/hooks";
import { Icon } from "./parts.tsx";

interface LineFieldProps {
  name: string;
  label: string;
  error: string;
  hint?: string;
  type?: "text" | "password";
  autocomplete?: string;
  inputmode?: "numeric" | undefined;
  maxLength?: number;
}

export function LineField(props: LineFieldProps): VNode {
  const id = useId();
  const { error, hint } = props;
  const shared = {
    id,
    name: props.name,
    maxLength: props.maxLength ?? 1024,
    autocomplete: props.autocomplete ?? "off",
    inputMode: props.inputmode,
    "aria-invalid": error ? ("true" as const) : undefined,
    "aria-describedby": `${hint ? `${id}-hint ` : ""}${id}-problem`,
  };
  return (
    <div class="field">
      <label class="field-label" for={id}>
        {props.label}
      </label>
      <div class="input">
        {props.type === "password" ? (
          <input {...shared} type="password" />
        ) : (
          <input {...shared} type="text" />
        )}
      </div>
      {hint && (
        <p class="field-hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      <p class="field-error" id={`${id}-problem`} hidden={!error}>
        <Icon name="circle-alert" />
        <span role={error ? "alert" : undefined}>{error}</span>
      </p>
    </div>
  );
}
