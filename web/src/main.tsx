/** Show the views of the page's data at the places that ask for them. */
import "./styles/page.css";
import "./styles/views.css";
import { render } from "preact";
import { useEffect, useState } from "preact/hooks";
import { type ViewsDocument, readDocument } from "./data";
import { type State, parseLink } from "./link";
import { VIEWS } from "./registry";
import type { View } from "./view";

const DATA_ELEMENT = "counterstream-data";

function stateFor(id: string): State {
  const link = parseLink(location.hash);
  return link?.view === id ? link.state : {};
}

/** A view that follows the page's address. */
function Placed({ view, document }: { view: View; document: ViewsDocument }) {
  const [state, setState] = useState(() => stateFor(view.id));
  useEffect(() => {
    const follow = () => {
      if (parseLink(location.hash)?.view === view.id) setState(stateFor(view.id));
    };
    addEventListener("hashchange", follow);
    return () => removeEventListener("hashchange", follow);
  }, [view.id]);
  return <view.View document={document} id={view.id} title={view.title} state={state} />;
}

/** Put every view into the elements that name it by `data-view`. */
function showViews(root: ParentNode, data: ViewsDocument): void {
  for (const place of root.querySelectorAll<HTMLElement>("[data-view]")) {
    const view = VIEWS.get(place.dataset["view"] ?? "");
    if (view?.shows(data)) render(<Placed view={view} document={data} />, place);
  }
}

function goToLinked(): void {
  const link = parseLink(location.hash);
  if (link) document.querySelector(`[data-view="${CSS.escape(link.view)}"]`)?.scrollIntoView();
}

const data = readDocument(document.getElementById(DATA_ELEMENT)?.textContent);
if (data) {
  showViews(document, data);
  goToLinked();
  addEventListener("hashchange", goToLinked);
}
