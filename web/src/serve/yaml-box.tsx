/** The setting as a scenario of `system.yaml`: to copy, and to read one in. */
import { useEffect, useId, useState } from "preact/hooks";
import type { Answer, Change, Problem } from "./contract";
import { Problems } from "./problems";
import { Refused, call, runPath } from "./server";

interface YamlProps {
  run: string;
  yaml: string;
  onRead: (changes: Change[]) => void;
}

/** Show the YAML; what is typed or pasted sets the levers when it is read. */
export function YamlBox({ run, yaml, onRead }: YamlProps) {
  const [text, setText] = useState(yaml);
  const [said, say] = useState("");
  const [problems, setProblems] = useState<Problem[]>([]);
  const id = useId();
  useEffect(() => {
    setText(yaml);
    setProblems([]);
  }, [yaml]);
  const copy = () =>
    navigator.clipboard.writeText(text).then(
      () => say("Copied."),
      () => say("It could not be copied; select the text instead."),
    );
  const read = async () => {
    try {
      // A tab of its own: reading a text overtakes no lever.
      const body = { tab: crypto.randomUUID(), turn: 1, scenario: text, observables: [], totals: false };
      const { content } = await call<Answer>(runPath(run, "ask"), { method: "POST", body });
      setProblems([]);
      say("The levers are set.");
      onRead(content.written);
    } catch (error) {
      if (!(error instanceof Refused)) return say("The server does not answer.");
      setProblems(error.problems);
      say("");
    }
  };
  return (
    <details class="yaml">
      <summary>As a scenario of system.yaml</summary>
      <div class="yaml-box">
        <label for={id}>Copy it into the system, or paste a scenario and read it.</label>
        <textarea id={id} spellcheck={false} rows={Math.min(14, Math.max(4, text.split("\n").length))} value={text} onInput={(event) => setText(event.currentTarget.value)} />
        <div class="actions">
          <button type="button" onClick={copy} disabled={!text}>
            Copy
          </button>
          <button type="button" onClick={read} disabled={!text || text === yaml}>
            Set the levers by this text
          </button>
          <span class="said" role="status">
            {said}
          </span>
        </div>
        <Problems problems={problems} />
      </div>
    </details>
  );
}
