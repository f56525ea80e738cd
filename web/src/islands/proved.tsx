/** For forms of pages: does something, after the question who one is where that is needed. */
import { render } from "preact";
import { ProofDialog, Proofs } from "./proof.tsx";

/** What `act` gives; `undefined` when nobody proved who they are. */
export type Prove = <T>(act: () => Promise<T>) => Promise<T | undefined>;

/** The dialog stands behind the form, and is drawn when it is asked for. */
export function provedBeside(form: HTMLFormElement): Prove {
  const proofs = new Proofs();
  const place = document.createElement("div");
  form.after(place);
  render(<ProofDialog proofs={proofs} />, place);
  return (act) => proofs.proved(act);
}
