/** A <dialog> that opens when it is drawn and gives the focus back when it goes. */
import type { ComponentChildren, VNode } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";
import { t } from "../text.ts";
import { IconButton } from "./parts.tsx";

interface ModalProps {
  title: string;
  wide?: boolean;
  /** Esc and the backdrop; absent where one has to choose a button. */
  onClose?: () => void;
  children: ComponentChildren;
}

export function Modal({ title, wide, onClose, children }: ModalProps): VNode {
  const id = useId();
  const dialog = useShownDialog();
  return (
    <dialog
      ref={dialog}
      class={`dialog${wide ? " dialog-wide" : ""}`}
      aria-labelledby={id}
      onCancel={(event) => onClose || event.preventDefault()}
      onClose={() => onClose?.()}
    >
      <div class="dialog-body">
        <h2 class="dialog-title" id={id}>
          {title}
        </h2>
        {children}
      </div>
    </dialog>
  );
}

interface DrawerProps {
  title: string;
  onClose: () => void;
  actions?: ComponentChildren;
  children: ComponentChildren;
}

export function Drawer({ title, onClose, actions, children }: DrawerProps): VNode {
  const id = useId();
  const dialog = useShownDialog();
  return (
    <dialog ref={dialog} class="drawer" aria-labelledby={id} onClose={onClose}>
      <div class="drawer-header">
        <h2 id={id}>{title}</h2>
        <IconButton icon="x" name={t("dialog.close")} onClick={() => dialog.current?.close()} />
      </div>
      <div class="drawer-body">{children}</div>
      {actions && <div class="drawer-actions">{actions}</div>}
    </dialog>
  );
}

function useShownDialog() {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const before = document.activeElement;
    dialog.current?.showModal();
    return () => {
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
  return dialog;
}
