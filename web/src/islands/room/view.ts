/** What of the window decides how a class looks. */
import { computed, type ReadonlySignal, type Signal, signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { Form, Size } from "./layout.ts";

/** Narrower than this it is a phone: panels are sheets, one person is large. */
const PHONE = matchMedia("(width < 600px)");
/** Lower than this it is a phone that is held flat. */
const FLAT = matchMedia("(height < 480px) and (width >= 600px)");

export const phone: Signal<boolean> = signal(PHONE.matches);
const flat: Signal<boolean> = signal(FLAT.matches);
export const view: Signal<Size> = signal(size());
export const form: ReadonlySignal<Form> = computed(() =>
  phone.value ? "phone" : flat.value ? "flat" : "desk",
);

PHONE.addEventListener("change", () => {
  phone.value = PHONE.matches;
});
FLAT.addEventListener("change", () => {
  flat.value = FLAT.matches;
});
addEventListener("resize", () => {
  view.value = size();
});

function size(): Size {
  return { width: innerWidth, height: innerHeight };
}

/** What a browser measures keeps its numbers where a spread does not find them. */
function plain({ width, height }: DOMRectReadOnly): Size {
  return { width, height };
}

/** The size of an element, whenever it changes. */
export function useSize<T extends HTMLElement>(onSize: (size: Size) => void) {
  const element = useRef<T>(null);
  const tell = useRef(onSize);
  tell.current = onSize;
  useEffect(() => {
    const at = element.current;
    if (!at) return;
    const observer = new ResizeObserver(([entry]) => {
      if (entry) tell.current(plain(entry.contentRect));
    });
    observer.observe(at);
    return () => observer.disconnect();
  }, []);
  return element;
}
