/** Problems as the server tells them, each with how to mend it. */
import type { Problem } from "./contract";

interface ProblemsProps {
  problems: Problem[];
  /** What a line number does when it is chosen. */
  onLine?: (line: number, column: number) => void;
}

/** List problems; texts in them stay texts. */
export function Problems({ problems, onLine }: ProblemsProps) {
  return (
    <ol class="problems">
      {problems.map((problem, index) => (
        <li key={index} class={problem.severity}>
          <p>
            {onLine && problem.line > 0 && (
              <button type="button" class="line" onClick={() => onLine(problem.line, problem.column)}>
                Line {problem.line}
              </button>
            )}{" "}
            <strong>
              {problem.code} {problem.severity}
            </strong>
            : {problem.message}
          </p>
          <dl>
            <Part name="at" text={problem.path} />
            <Part name="found" text={problem.found} />
            <Part name="allowed" text={problem.allowed} />
            <Part name="mend" text={problem.mend} />
          </dl>
        </li>
      ))}
    </ol>
  );
}

function Part({ name, text }: { name: string; text: string }) {
  return text ? (
    <div>
      <dt>{name}</dt>
      <dd>{text}</dd>
    </div>
  ) : null;
}
