/** Show the views of the page's data at the places that ask for them. */
import "./styles/page.css";
import "./styles/views.css";
import { render } from "preact";
import { useEffect, useState } from "preact/hooks";
import { type ViewsDocument, readDocument } from "./data";
import { type State, parseLink } from "./link";
import { Near, goTo } from "./near";
import { VIEWS } from "./registry";
import type { View } from "./view";

const DATA_ELEMENT = "counterstream-data";

function stateFor(id: string): State {
  const link = parseLink(location.hash);
  return link?.view === id ? link.state : {};
}

/** A view that follows the page's address. */
function Placed({ view, id, document }: { view: View; id: string; document: ViewsDocument }) {
  const [state, setState] = useState(() => stateFor(id));
  useEffect(() => {
    const follow = () => {
      if (parseLink(location.hash)?.view === id) setState(stateFor(id));
    };
    addEventListener("hashchange", follow);
    return () => removeEventListener("hashchange", follow);
  }, [id]);
  return <view.View document={document} id={id} title={view.title} state={state} />;
}

/** Put every view into the elements that name it by `data-view`. */
function showViews(root: ParentNode, data: ViewsDocument): void {
  for (const place of root.querySelectorAll<HTMLElement>("[data-view]")) {
    const view = VIEWS.get(place.dataset["view"] ?? "");
    // A view of which a page can hold several has data, and a name in links, of its own.
    const own = place.querySelector("script")?.textContent;
    const document = own ? { ...data, parts: { ...data.parts, ...(JSON.parse(own) as ViewsDocument["parts"]) } } : data;
    place.textContent = "";
    const id = place.dataset["link"] ?? view?.id ?? "";
    if (view?.shows(document)) render(<Near now={parseLink(location.hash)?.view === id}>{() => <Placed view={view} id={id} document={document} />}</Near>, place);
  }
}

function goToLinked(): void {
  const link = parseLink(location.hash);
  const name = CSS.escape(link?.view ?? "");
  if (link) goTo(document.querySelector(`[data-link="${name}"],[data-view="${name}"]`));
}

const data = readDocument(document.getElementById(DATA_ELEMENT)?.textContent);
if (data) {
  showViews(document, data);
  goToLinked();
  addEventListener("hashchange", goToLinked);
}
