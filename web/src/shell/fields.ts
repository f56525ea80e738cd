/** The sentence under a field. What the browser finds wrong is said in our words. */

type Input = HTMLInputElement | HTMLSelectElement;

/** True when the browser has nothing against the value; shows or takes away the sentence. */
export function checkField(input: Input): boolean {
  showError(input, sentence(input));
  return input.validity.valid;
}

/** Puts the sentences of the server under their fields; returns what has no field here. */
export function showErrors(form: HTMLFormElement, fields: Record<string, string>): string[] {
  const rest: string[] = [];
  let first: Input | undefined;
  for (const [name, text] of Object.entries(fields)) {
    const input = inputsOf(form).find((candidate) => candidate.name === name);
    if (input) showError(input, text);
    else rest.push(text);
    first ??= input;
  }
  first?.focus();
  return rest;
}

export function showError(input: Input, text: string): void {
  const note = document.getElementById(`${input.id}-error`);
  const words = note?.querySelector("span");
  if (!note || !words) return;
  words.textContent = text;
  note.hidden = text === "";
  if (text) input.setAttribute("aria-invalid", "true");
  else input.removeAttribute("aria-invalid");
}

export function inputsOf(form: HTMLFormElement): Input[] {
  return [...form.elements].filter(
    (element): element is Input =>
      element instanceof HTMLInputElement || element instanceof HTMLSelectElement,
  );
}

/** What differs from what the server wrote: changed before anybody listened. */
export function changedIn(form: HTMLFormElement): Input[] {
  return inputsOf(form).filter(changed);
}

function changed(input: Input): boolean {
  if (input instanceof HTMLSelectElement) {
    return [...input.options].some(({ selected, defaultSelected }) => selected && !defaultSelected);
  }
  // Of a group only the one that is chosen now.
  if (input.type === "radio") return input.checked && !input.defaultChecked;
  if (input.type === "checkbox") return input.checked !== input.defaultChecked;
  return input.value !== input.defaultValue;
}

function sentence({ validity, dataset, validationMessage }: Input): string {
  if (validity.valid) return "";
  if (validity.valueMissing) return dataset["missing"] ?? validationMessage;
  if (validity.tooShort) return dataset["short"] ?? validationMessage;
  return dataset["wrong"] ?? validationMessage;
}
