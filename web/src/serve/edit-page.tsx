/** Edit and check a system: plain text, line numbers, errors at their lines. */
import { useEffect, useRef, useState } from "preact/hooks";
import { count } from "../format";
import type { Problem, SourceText } from "./contract";
import { Problems } from "./problems";
import { Refused, Unreachable, call } from "./server";

/** Milliseconds without a keystroke after which the text is checked. */
const PAUSE = 350;

interface Draft {
  text: string;
  version: string;
}

function draftKey(path: string): string {
  return `counterstream-draft ${path}`;
}

function readDraft(path: string): Draft | null {
  try {
    const found = JSON.parse(localStorage.getItem(draftKey(path)) ?? "null") as Partial<Draft> | null;
    return typeof found?.text === "string" && typeof found.version === "string" ? (found as Draft) : null;
  } catch {
    return null;
  }
}

/** Fetch the text, then edit it. */
export function EditPage({ editable, launches }: { editable: boolean; launches: number }) {
  const [source, setSource] = useState<SourceText | null>(null);
  const [problems, setProblems] = useState<Problem[]>([]);
  const read = () =>
    call<SourceText>("/api/source").then(
      ({ content }) => {
        setProblems([]);
        setSource(content);
      },
      (error: unknown) => {
        if (error instanceof Refused) setProblems(error.problems);
        else if (!(error instanceof Unreachable)) throw error;
      },
    );
  useEffect(() => {
    // What is being written is not thrown away for a server that has come back.
    if (!source) void read();
  }, [launches]);
  if (problems.length) return <Problems problems={problems} />;
  if (!source) return <p role="status">Reading the system …</p>;
  return <Editor key={source.version} source={source} editable={editable} onAgain={read} />;
}

function Editor({ source, editable, onAgain }: { source: SourceText; editable: boolean; onAgain: () => void }) {
  const kept = useRef(readDraft(source.path)).current;
  const usesDraft = kept !== null && kept.text !== source.text;
  const [text, setText] = useState(usesDraft ? kept.text : source.text);
  const [saved, setSaved] = useState({ text: source.text, version: usesDraft ? kept.version : source.version });
  const [problems, setProblems] = useState<Problem[]>([]);
  const [said, say] = useState(usesDraft ? "Your unsaved text of before is here again." : "");
  const [conflict, setConflict] = useState(false);
  const area = useRef<HTMLTextAreaElement>(null);
  const dirty = text !== saved.text;

  useEffect(() => {
    if (dirty) localStorage.setItem(draftKey(source.path), JSON.stringify({ text, version: saved.version }));
    else localStorage.removeItem(draftKey(source.path));
    const warn = (event: BeforeUnloadEvent) => event.preventDefault();
    if (!dirty) return;
    addEventListener("beforeunload", warn);
    return () => removeEventListener("beforeunload", warn);
  }, [dirty, text, saved.version]);

  useEffect(() => {
    const stop = new AbortController();
    const timer = setTimeout(() => {
      call<{ problems: Problem[] }>("/api/check", { method: "POST", body: { text }, signal: stop.signal }).then(
        ({ content }) => setProblems(content.problems),
        (error: unknown) => {
          if (error instanceof Refused) setProblems(error.problems);
          else if (!stop.signal.aborted && !(error instanceof Unreachable)) throw error;
        },
      );
    }, PAUSE);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [text]);

  const save = async (over = false) => {
    try {
      const version = over ? (await call<SourceText>("/api/source")).content.version : saved.version;
      const { content } = await call<{ version: string }>("/api/source", { method: "PUT", body: { text, version } });
      setSaved({ text, version: content.version });
      setConflict(false);
      say("Saved.");
    } catch (error) {
      if (error instanceof Unreachable) return say("The server does not answer. Your text is kept in this browser; save it when the server is back.");
      if (!(error instanceof Refused)) throw error;
      setConflict(error.status === 409);
      say(error.problems.map((problem) => `${problem.code}: ${problem.message}. ${problem.mend}`).join(" "));
    }
  };
  const goTo = (line: number, column: number) => {
    const lines = text.split("\n");
    const start = lines.slice(0, line - 1).reduce((sum, one) => sum + one.length + 1, 0) + Math.max(0, column - 1);
    area.current?.focus();
    area.current?.setSelectionRange(start, start + Math.max(1, (lines[line - 1]?.length ?? 1) - column + 1));
    const height = (area.current?.scrollHeight ?? 0) / Math.max(1, lines.length);
    area.current?.scrollTo({ top: Math.max(0, (line - 6) * height) });
  };
  const errors = problems.filter((problem) => problem.severity === "error").length;
  return (
    <div class="view edit">
      <p>
        <code>{source.path}</code>
        {!editable && " – a bundled case: try changes here; to keep them, make a case of your own with: counterstream new my-case"}
      </p>
      <NumberedText area={area} text={text} marked={new Map(problems.map((problem) => [problem.line, problem.severity]))} onText={setText} onSave={() => editable && void save()} />
      <div class="actions">
        <button type="button" disabled={!dirty || !editable} onClick={() => void save()}>
          Save
        </button>
        <button type="button" disabled={!dirty} onClick={() => setText(saved.text)}>
          Back to what was saved
        </button>
        <span class="said" role="status">
          {said || (dirty ? "Not saved yet." : "")}
        </span>
      </div>
      {conflict && (
        <div class="banner" role="alert">
          <p>Somebody else has changed the file since you read it.</p>
          <button
            type="button"
            onClick={() => {
              localStorage.removeItem(draftKey(source.path));
              onAgain();
            }}
          >
            Read the file, drop my text
          </button>{" "}
          <button type="button" onClick={() => void save(true)}>
            Keep my text, write over the file
          </button>
        </div>
      )}
      <h2>Problems</h2>
      <p role="status">
        {problems.length ? `${count(errors, "error")}, ${count(problems.length - errors, "warning")}.` : "None was found."}
      </p>
      <Problems problems={problems} onLine={goTo} />
    </div>
  );
}

interface TextProps {
  area: { current: HTMLTextAreaElement | null };
  text: string;
  marked: Map<number, string>;
  onText: (text: string) => void;
  onSave: () => void;
}

/** A text with its line numbers beside it; the numbers of lines with problems are marked. */
function NumberedText({ area, text, marked, onText, onSave }: TextProps) {
  const gutter = useRef<HTMLDivElement>(null);
  const lines = text.split("\n").length;
  return (
    <div class="numbered">
      <div class="gutter" ref={gutter} aria-hidden="true">
        {Array.from({ length: lines }, (_, index) => (
          <span key={index} class={marked.get(index + 1) ?? ""}>
            {index + 1}
          </span>
        ))}
      </div>
      <textarea
        ref={area}
        aria-label="Text of the system"
        spellcheck={false}
        wrap="off"
        rows={26}
        value={text}
        onInput={(event) => onText(event.currentTarget.value)}
        onScroll={(event) => gutter.current?.scrollTo({ top: event.currentTarget.scrollTop })}
        onKeyDown={(event) => {
          if (event.key === "s" && (event.ctrlKey || event.metaKey)) {
            event.preventDefault();
            onSave();
          }
        }}
      />
    </div>
  );
}
