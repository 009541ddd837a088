import "../styles/movements.css";
import type { Axis } from "../axis";
import { ClaimLink } from "../belief/claim-link";
import { type Dispute, beliefOf, placeClaims } from "../belief/data";
import { Hatch } from "../chart/hatch";
import { KeyEntry } from "../chart/legend";
import { ChooseOne, ShowMore, namesOf, shownRows } from "../chart/row-choices";
import { type Row, Rows } from "../chart/rows";
import type { ViewsDocument } from "../data";
import { count, formatIn, formatInterval, formatPercent } from "../format";
import { Frame } from "../frame";
import { useViewState } from "../state";
import type { Table } from "../table";
import type { View, ViewProps } from "../view";

/** Contradictions shown at first. */
const FIRST = 12;
/** How a side is drawn: the one that says less, nobody, the one that says more. */
const LOOKS: Record<string, string> = { lower: "less", whole: "less", neither: "none", higher: "more", parts: "more" };
const WORDS: Record<string, string> = { lower: "the lower", higher: "the higher", whole: "the whole", parts: "the parts", neither: "neither" };

const keyOf = (dispute: Dispute) => dispute.parties.map((party) => party.claim).join(" ");

/** Claims that cannot all hold, and which side the fit believes. */
function ContradictionsView({ document, id, title, state: restored }: ViewProps) {
  const [state, change] = useViewState(restored);
  const all = beliefOf(document)?.disputes.filter((dispute) => dispute.sides.length > 0) ?? [];
  const labels = [...new Set(all.map((dispute) => dispute.label))];
  const offered = labels.includes(state["quantity"] ?? "") ? all.filter((dispute) => dispute.label === state["quantity"]) : all;
  const shown = shownRows(offered, FIRST, state);
  const chosen = all.find((dispute) => keyOf(dispute) === state["claims"]);
  const settled = offered.filter((dispute) => dispute.believed).length;
  return (
    <Frame
      id={id}
      title={title}
      about={document.about}
      state={state}
      caption={`${count(offered.length, "contradiction")}${shown.length < offered.length ? `, the first ${shown.length} shown` : ""}; the fit believes one side, or neither, with nine chances in ten of ${settled}. Each bar is divided by the chance that the truth lies nearer to what a side admits; neither: farther from both than they differ.`}
      table={disputesTable(offered)}
      detail={chosen && <DisputeDetail dispute={chosen} document={document} />}
      controls={
        (labels.length > 1 || offered.length > FIRST) && (
          <>
            <ChooseOne label="Quantity" name="quantity" none="all" options={namesOf(labels)} state={state} change={(some) => change({ ...some, claims: "" })} />
            <ShowMore all={offered.length} first={FIRST} state={state} change={change} />
          </>
        )
      }
    >
      <ul class="keys" aria-hidden="true">
        {(["less", "none", "more"] as const).map((look) => (
          <KeyEntry key={look} words={{ less: "who says less (or the whole)", none: "neither", more: "who says more (or the parts)" }[look]}>
            {look === "more" && <Hatch id="hatch-dispute-key" />}
            <rect class={`side ${look}`} x={-12} y={-6} width={24} height={12} fill={look === "more" ? "url(#hatch-dispute-key)" : undefined} />
          </KeyEntry>
        ))}
      </ul>
        <Rows
          rows={(axis) => shown.map((dispute) => rowOf(dispute, axis))}
          domain={[0, 1]}
          margin={2}
          label={`Whom the fit believes in ${shown.length} contradictions. Arrow keys go from row to row, Enter chooses one and lists its claims.`}
          chosen={chosen ? keyOf(chosen) : ""}
          onChoose={(key) => change({ claims: key })}
          ticks={() => [[0.5, "50 %"]]}
          mark={0.5}
          unit="chance"
        >
          <Hatch id="hatch-dispute" />
        </Rows>
    </Frame>
  );
}

const verdict = (dispute: Dispute) => (dispute.believed ? `believes ${WORDS[dispute.believed] ?? dispute.believed}` : "undecided");
const chances = (dispute: Dispute) => dispute.sides.map(([side, chance]) => `${WORDS[side] ?? side} ${formatPercent(chance)}`).join(", ");
const agencies = (dispute: Dispute) => [...new Set(dispute.parties.map((party) => party.agency ?? ""))].filter(Boolean).join(" / ");

function rowOf(dispute: Dispute, axis: Axis): Row {
  const order = ["less", "none", "more"];
  const sides = [...dispute.sides].sort((a, b) => order.indexOf(LOOKS[a[0]] ?? "none") - order.indexOf(LOOKS[b[0]] ?? "none"));
  let from = 0;
  return {
    key: keyOf(dispute),
    text: `${dispute.label}: ${agencies(dispute)}`,
    aside: verdict(dispute),
    name: `${dispute.label}, ${dispute.kind}: ${dispute.parties.map((party) => `${party.claim} of ${party.agency}`).join(", ")}. The fit ${verdict(dispute)}: ${chances(dispute)}`,
    drawing: sides.map(([side, chance]) => {
      const left = axis(from);
      from += chance;
      const look = LOOKS[side] ?? "none";
      return <rect key={side} class={`side ${look}`} x={left.toFixed(1)} y={-6} width={Math.max(0, axis(from) - left - 1).toFixed(1)} height={12} fill={look === "more" ? "url(#hatch-dispute)" : undefined} />;
    }),
  };
}

function DisputeDetail({ dispute, document }: { dispute: Dispute; document: ViewsDocument }) {
  const placed = placeClaims(document);
  return (
    <div class="chosen">
      <p>
        <strong>{dispute.label}</strong>, {dispute.kind}. {dispute.detail}
      </p>
      <p>
        The fit {verdict(dispute)}: {chances(dispute)}.
      </p>
      <ul>
        {dispute.parties.map((party) => {
          const found = placed.get(party.claim);
          return (
            <li key={party.claim}>
              <ClaimLink id={party.claim} placed={found} />, {party.agency}
              {party.side ? ` (${WORDS[party.side] ?? party.side})` : ""}: {found?.claim.stated ?? ""}; the fit says{" "}
              {formatIn(dispute.unit, party.median)} (90 % interval {formatInterval(dispute.unit, party.low90, party.high90)}); wrong with a chance of {formatPercent(party.wrong)}
            </li>
          );
        })}
      </ul>
    </div>
  );
}

function disputesTable(disputes: Dispute[]): Table {
  const share = (heading: string, name: string) => ({ heading, name, show: formatPercent });
  return {
    caption: "Contradictions and whom the fit believes",
    fileName: "contradictions",
    columns: [
      { heading: "quantity", name: "quantity" },
      { heading: "claims", name: "claims" },
      { heading: "agencies", name: "agencies" },
      { heading: "kind", name: "kind" },
      { heading: "believed", name: "believed" },
      share("chance of the lower, or the whole", "chance_less"),
      share("chance of neither", "chance_neither"),
      share("chance of the higher, or the parts", "chance_more"),
      { heading: "what they say", name: "detail" },
    ],
    rows: disputes.map((one) => {
      const of = (look: string) => one.sides.find(([side]) => LOOKS[side] === look)?.[1] ?? null;
      return [one.label, one.parties.map((party) => party.claim).join(" "), agencies(one), one.kind, one.believed || "undecided", of("less"), of("none"), of("more"), one.detail];
    }),
  };
}

export default {
  id: "contradictions",
  title: "Contradictions and whom the fit believes",
  shows: (document) => (beliefOf(document)?.disputes ?? []).some((dispute) => dispute.sides.length > 0),
  View: ContradictionsView,
} satisfies View;
