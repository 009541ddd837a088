/** What a view is: a file of `views/` exports one by default, and the page shows it where it is asked for. */
import type { ComponentType } from "preact";
import type { ViewsDocument } from "./data";
import type { State } from "./link";

export interface ViewProps {
  document: ViewsDocument;
  /** Heading of the view. */
  title: string;
  /** Name of the view in links. */
  id: string;
  /** What the page's address restores, else empty. */
  state: State;
}

export interface View {
  /** Name in links and in `data-view`. */
  id: string;
  title: string;
  /** Whether the document has something to show; a view without data leaves its place empty. */
  shows: (document: ViewsDocument) => boolean;
  View: ComponentType<ViewProps>;
}
