/** Decide on drafted claims, with their text beside: the same acts as in the terminal. */
import { useEffect, useId, useLayoutEffect, useRef, useState } from "preact/hooks";
import { count } from "../format";
import { Choice } from "../frame";
import type { State } from "../link";
import { go, keep } from "./address";
import type { Problem, Review, ReviewField, ReviewItem, ServerState } from "./contract";
import { Problems } from "./problems";
import { Refused, Unreachable, call } from "./server";

interface PageProps {
  server: ServerState;
  state: State;
  launches: number;
}

const WORDS: Record<string, string> = { open: "open", accepted: "accepted", rejected: "refused", split: "split", repeats: "told again" };

/** Choose a draft and review it. */
export function ReviewPage({ server, state, launches }: PageProps) {
  const draft = server.drafts.find((name) => name === state["draft"]) ?? server.drafts[0] ?? "";
  if (!draft)
    return (
      <p>
        There is no draft in the folder of the case, nor where the server was started. In a terminal: <code>counterstream evidence draft REPORT.txt --case {server.case || "my-case"}</code>. It is found here by itself.
      </p>
    );
  return (
    <div class="view">
      {server.drafts.length > 1 && (
        <div class="controls">
          <Choice label="Draft" value={draft} options={server.drafts.map((name) => [name, name])} onChange={(name) => go("review", { draft: name })} />
        </div>
      )}
      <Draft key={draft} draft={draft} item={state["item"] ?? ""} launches={launches} />
    </div>
  );
}

function Draft({ draft, item, launches }: { draft: string; item: string; launches: number }) {
  const [review, setReview] = useState<Review | null>(null);
  const [problems, setProblems] = useState<Problem[]>([]);
  const [said, say] = useState("");
  const [busy, setBusy] = useState(false);
  const [which, setWhich] = useState("open");
  const latest = useRef(0);
  const ask = async (send: () => Promise<{ content: Review }>) => {
    latest.current += 1;
    const turn = latest.current;
    setBusy(true);
    try {
      const { content } = await send();
      if (turn !== latest.current) return;
      setProblems([]);
      setReview(content);
      say(content.message);
      if (content.chosen) keep("review", { draft, item: content.chosen.name });
    } catch (error) {
      if (turn !== latest.current) return;
      if (error instanceof Refused) setProblems(error.problems);
      else if (error instanceof Unreachable) say("The server does not answer; nothing was decided.");
      else throw error;
    } finally {
      if (turn === latest.current) setBusy(false);
    }
  };
  const look = (name: string) => ask(() => call<Review>(`/api/review?${new URLSearchParams({ draft, item: name })}`));
  useEffect(() => void look(item), [draft, item, launches]);
  const act = (what: string, field = "", text = "") => review?.chosen && ask(() => call<Review>("/api/review", { method: "POST", body: { draft, item: review.chosen?.name ?? "", act: what, field, text } }));
  if (!review) return problems.length ? <Problems problems={problems} /> : <p role="status">Reading the draft …</p>;
  const { chosen } = review;
  const listed = review.items.filter((one) => one.name === chosen?.name || which === "all" || (one.status === which && (which !== "open" || !one.again)));
  return (
    <>
      <p>
        <strong>{review.title || review.document}</strong> · {Object.entries(review.counts).map(([name, number]) => `${number} ${WORDS[name] ?? name}`).join(", ")} · decided as <strong>{review.who}</strong>
      </p>
      {review.warnings.map((text) => (
        <p class="unsound" key={text}>
          {text}
        </p>
      ))}
      {problems.length > 0 && (
        <div role="alert">
          <Problems problems={problems} />
        </div>
      )}
      <div class="review-page">
        <div class="review-list">
          <Choice
            label="Show"
            value={which}
            options={[
              ["open", "what is open"],
              ["accepted", "what is accepted"],
              ["rejected", "what is refused"],
              ["all", "everything, repeats included"],
            ]}
            onChange={setWhich}
          />
          <List items={listed} chosen={chosen?.name ?? ""} onChoose={(name) => void look(name)} />
        </div>
        {chosen ? (
          <section class="review-item" aria-label="The candidate">
            <Beside key={chosen.name} item={chosen} />
            <div class="actions" role="group" aria-label="Decide">
              <button type="button" disabled={busy || chosen.status === "accepted"} onClick={() => act("accept")}>
                Accept
              </button>
              <button type="button" disabled={busy || chosen.status === "rejected"} onClick={() => act("reject")}>
                Refuse
              </button>
              <button type="button" disabled={busy || chosen.status === "open"} onClick={() => act("reopen")}>
                Open again
              </button>
              <button type="button" disabled={busy} aria-pressed={chosen.flagged} onClick={() => act("flag")}>
                Doubtful
              </button>
              <button type="button" disabled={busy} onClick={() => act("undo")}>
                Undo the last decision
              </button>
              <span class="said" role="status">
                {said}
              </span>
            </div>
            <Findings item={chosen} onLook={(name) => void look(name)} />
            <div class="review-fields" key={chosen.name}>
              {chosen.fields.map((field) => (
                <FieldBox key={field.name} field={field} onEdit={(text) => act("edit", field.name, text)} />
              ))}
            </div>
          </section>
        ) : (
          <p>The draft holds nothing to decide on.</p>
        )}
      </div>
      <p>
        Every decision is kept at once beside the draft, as the terminal keeps it. What is accepted enters the ledger by <code>counterstream evidence review DRAFT --case CASE --write</code>.
      </p>
    </>
  );
}

/** The words of the candidate in their text, scrolled to where they are seen. */
function Beside({ item }: { item: ReviewItem }) {
  const box = useRef<HTMLDivElement>(null);
  const mark = useRef<HTMLElement>(null);
  useLayoutEffect(() => {
    if (box.current && mark.current) box.current.scrollTop = mark.current.offsetTop - box.current.clientHeight / 3;
  }, []);
  return (
    <div class="beside" ref={box} role="region" tabIndex={0} aria-label="The text around the words">
      {item.before}
      <mark ref={mark}>{item.quote}</mark>
      {item.after}
    </div>
  );
}

/** All candidates in one list: one stop of the Tab key, arrows from one to the next. */
function List({ items, chosen, onChoose }: { items: Review["items"]; chosen: string; onChoose: (name: string) => void }) {
  const id = useId();
  const list = useRef<HTMLSelectElement>(null);
  useEffect(() => {
    if (list.current) list.current.value = chosen;
  }, [chosen, items]);
  return (
    <div class="choice">
      <label for={id}>{count(items.length, "candidate")}, in the order of the text</label>
      <select id={id} ref={list} size={12} onChange={(event) => onChoose(event.currentTarget.value)}>
        {items.map((one) => (
          <option key={one.name} value={one.name} selected={one.name === chosen}>
            {one.words} · {WORDS[one.status] ?? one.status}
            {one.flagged ? ", doubtful" : ""}
          </option>
        ))}
      </select>
    </div>
  );
}

/** What is missing, which observable would answer, and what the ledger says. */
function Findings({ item, onLook }: { item: ReviewItem; onLook: (name: string) => void }) {
  const proposal = item.proposals.find((one) => one.taken);
  return (
    <ul class="told">
      <li>
        {WORDS[item.status] ?? item.status}
        {item.page ? `, page ${item.page}` : ""}
        {item.paragraph >= 0 ? `, paragraph ${item.paragraph + 1}` : ""}
      </li>
      {item.missing.map((text) => (
        <li class="unsound" key={text}>
          missing: {text}
        </li>
      ))}
      {proposal && (
        <li>
          would answer: {proposal.label || proposal.observable}
          {proposal.remark ? `; ${proposal.remark}` : ""}
        </li>
      )}
      {item.conflicts.map((text) => (
        <li class="unsound" key={text}>
          contradicts: {text}
        </li>
      ))}
      {item.known.length > 0 && <li>the ledger has it: {item.known.join(", ")}</li>}
      {item.first && (
        <li>
          told before:{" "}
          <button type="button" class="pick" onClick={() => onLook(item.first)}>
            the first telling
          </button>
        </li>
      )}
    </ul>
  );
}

/** One field; what is written is kept when the box is left, or with Enter. */
function FieldBox({ field, onEdit }: { field: ReviewField; onEdit: (text: string) => void }) {
  const id = useId();
  const box = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (box.current) box.current.value = field.text;
  }, [field]);
  return (
    <div class="choice">
      <label for={id}>
        {field.name.replaceAll("_", " ")}
        {field.edited ? ", edited" : field.assumed ? ", assumed" : ""}
      </label>
      <input
        id={id}
        ref={box}
        type="text"
        title={`${field.assumed ? "The text does not say it beside the figure. " : ""}May hold: ${field.allowed}`}
        onChange={(event) => {
          if (event.currentTarget.value !== field.text) onEdit(event.currentTarget.value);
        }}
      />
    </div>
  );
}
