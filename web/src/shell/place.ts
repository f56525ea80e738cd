/** Where a floating thing goes: at its anchor, inside the window. Pure. */

export interface Box {
  left: number;
  top: number;
  width: number;
  height: number;
}

export interface Size {
  width: number;
  height: number;
}

export interface Spot {
  left: number;
  top: number;
}

const GAP = 4;
const EDGE = 8;

/** Below the anchor when there is room, else above; `align` says which edges meet. */
export function below(anchor: Box, thing: Size, view: Size, align: "start" | "end"): Spot {
  const fits = anchor.top + anchor.height + GAP + thing.height + EDGE <= view.height;
  const under = anchor.top + anchor.height + GAP;
  const over = anchor.top - GAP - thing.height;
  const left = align === "start" ? anchor.left : anchor.left + anchor.width - thing.width;
  return inside({ left, top: fits || over < EDGE ? under : over }, thing, view);
}

/** Centred under the anchor, or above where it would leave the window. */
export function centred(anchor: Box, thing: Size, view: Size): Spot {
  const left = anchor.left + (anchor.width - thing.width) / 2;
  const under = anchor.top + anchor.height + GAP;
  const fits = under + thing.height + EDGE <= view.height;
  return inside({ left, top: fits ? under : anchor.top - GAP - thing.height }, thing, view);
}

function inside({ left, top }: Spot, thing: Size, view: Size): Spot {
  return {
    left: Math.max(EDGE, Math.min(left, view.width - thing.width - EDGE)),
    top: Math.max(EDGE, Math.min(top, view.height - thing.height - EDGE)),
  };
}

export function moveTo(element: HTMLElement, spot: Spot): void {
  element.style.left = `${spot.left}px`;
  element.style.top = `${spot.top}px`;
}

export function viewSize(): Size {
  const { clientWidth, clientHeight } = document.documentElement;
  return { width: clientWidth, height: clientHeight };
}
