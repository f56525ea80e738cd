/** Rows that can be dragged. Nobody drags in the first moment: what does it comes after the page,
 * and where the network has gone meanwhile, with the network. */
import type SortableList from "sortablejs";

/** Ends by what it returns. */
export function draggable(element: HTMLElement, options: SortableList.Options): () => void {
  let sortable: SortableList | undefined;
  let gone = false;
  void loaded().then((Sortable) => {
    if (!gone) sortable = Sortable.create(element, options);
  });
  return () => {
    gone = true;
    sortable?.destroy();
  };
}

async function loaded(): Promise<typeof SortableList> {
  try {
    return (await import("sortablejs")).default;
  } catch {
    await new Promise((back) => addEventListener("online", back, { once: true }));
    return loaded();
  }
}
