import type { Check } from "../data";
import { Frame } from "../frame";
import type { View, ViewProps } from "../view";

const ANSWERS = { true: "met", false: "NOT met", null: "not measured" } as const;

function answer(check: Check): string {
  return ANSWERS[`${check.met}`];
}

/** Whether the computation did what it should, one card for each check. */
function DiagnosticsView({ document, id, title }: ViewProps) {
  const found = document.parts.diagnostics;
  if (!found) return null;
  const columns = ["question", "found", "wanted", "answer", "meaning"];
  return (
    <Frame
      id={id}
      title={title}
      about={document.about}
      state={{}}
      caption={found.sentences.join(" ")}
      picture={false}
      table={{
        caption: "Checks of the fit",
        columns: columns.map((name) => ({ heading: name, name })),
        rows: found.checks.map((check) => [check.question, check.found, check.wanted, answer(check), check.meaning]),
        fileName: "diagnostics",
      }}
    >
      <p class={document.about.verdict.fit ? "verdict met" : "verdict unmet"}>
        <strong>{document.about.verdict.label}</strong> {document.about.verdict.sentences.join(" ")}
      </p>
      <ul class="checks">
        {found.checks.map((check) => (
          <li key={check.question} class={check.met === null ? "unmeasured" : check.met ? "met" : "unmet"}>
            <p class="question">{check.question}</p>
            <p class="found">
              <strong>{check.found}</strong> <span>wanted: {check.wanted}</span> <em>{answer(check)}</em>
            </p>
            <p class="meaning">{check.meaning}</p>
          </li>
        ))}
      </ul>
    </Frame>
  );
}

export default {
  id: "diagnostics",
  title: "Can the fit be relied on?",
  shows: (document) => (document.parts.diagnostics?.checks.length ?? 0) > 0,
  View: DiagnosticsView,
} satisfies View;
