/** All views of one run, as in its report. */
import { useEffect, useState } from "preact/hooks";
import { type ViewsDocument, readDocument } from "../data";
import type { State } from "../link";
import { Near, goTo } from "../near";
import { VIEWS } from "../registry";
import type { Problem } from "./contract";
import { Problems } from "./problems";
import { Refused, Unreachable, call, runPath } from "./server";

interface PageProps {
  run: string;
  /** The view that the address names, and its state. */
  view: string;
  state: State;
  launches: number;
}

const NOTHING: State = {};

/** Fetch the run's data and show every view that has something to show. */
export function RunPage({ run, view: named, state, launches }: PageProps) {
  const [document, setDocument] = useState<ViewsDocument | null>(null);
  const [problems, setProblems] = useState<Problem[]>([]);
  useEffect(() => {
    let ended = false;
    call<unknown>(runPath(run, "views")).then(
      ({ content }) => {
        if (ended) return;
        setProblems([]);
        setDocument(readDocument(JSON.stringify(content)));
      },
      (error: unknown) => {
        if (!ended && error instanceof Refused) setProblems(error.problems);
        else if (!(error instanceof Unreachable)) throw error;
      },
    );
    return () => {
      ended = true;
    };
  }, [run, launches]);
  useEffect(() => {
    if (document && named !== "run") goTo(window.document.getElementById(`view-${named}`));
  }, [document, named]);
  if (problems.length) return <Problems problems={problems} />;
  if (!document) return <p role="status">Reading the run …</p>;
  const shown = [...VIEWS.values()].filter((view) => view.shows(document));
  return (
    <>
      <p class="made">
        {document.about.title} · {document.about.generated} · <strong>{document.about.verdict.label}</strong>
      </p>
      {!document.about.verdict.fit && (
        <div class="banner">
          {document.about.verdict.sentences.map((sentence) => (
            <p key={sentence}>{sentence}</p>
          ))}
        </div>
      )}
      {shown.map(({ id, title, View }) => (
        <section key={id} id={`view-${id}`} class="view">
          <h2>{title}</h2>
          <Near now={id === named}>{() => <View document={document} id={id} title={title} state={id === named ? state : NOTHING} />}</Near>
        </section>
      ))}
    </>
  );
}
