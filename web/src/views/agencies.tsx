import "../styles/movements.css";
import type { Axis } from "../axis";
import { type Agency, beliefOf, placeClaims } from "../belief/data";
import { ClaimLink } from "../belief/claim-link";
import { factorDomain, factorLabels, signed } from "../chart/factors";
import { Interval, IntervalKey } from "../chart/interval";
import { KeyEntry } from "../chart/legend";
import { ChooseOne, ShowMore, shownRows } from "../chart/row-choices";
import { type Row, Rows } from "../chart/rows";
import type { ViewsDocument } from "../data";
import { count, formatPercent } from "../format";
import { Choice, Frame } from "../frame";
import { useViewState } from "../state";
import type { Table } from "../table";
import type { View, ViewProps } from "../view";

/** Agencies shown at first: those with most claims. */
const FIRST = 15;

const keyOf = (agency: Agency) => `${agency.name} ${agency.quantity}`;

const plural = (quantity: string) => (quantity ? `${quantity}s` : "counts");

/** How far each agency's counts lie from what all evidence together implies. */
function AgenciesView({ document, id, title, state: restored }: ViewProps) {
  const [state, change] = useViewState(restored);
  const all = beliefOf(document)?.agencies ?? [];
  const quantities = [...new Set(all.map((agency) => agency.quantity))];
  const offered = state["quantity"] ? all.filter((agency) => agency.quantity === state["quantity"]) : all;
  const sorted = [...offered].sort((a, b) => (state["order"] === "bias" ? Math.abs(b.bias) - Math.abs(a.bias) : b.claims - a.claims));
  const shown = shownRows(sorted, FIRST, state);
  const chosen = all.find((agency) => keyOf(agency) === state["agency"]);
  const reach = Math.max(0.1, ...shown.flatMap((agency) => [Math.abs(Math.log1p(agency.low90)), Math.abs(Math.log1p(agency.high90))]).filter(Number.isFinite));
  return (
    <Frame
      id={id}
      title={title}
      about={document.about}
      state={state}
      caption={`${count(shown.length, "way of counting", "ways of counting")} of ${count(all.length, "agency and kind of quantity", "agencies and kinds of quantity")}: median bias with its equal-tailed 90 % interval, on an axis on which half and double lie equally far from right. Anchors were taken as unbiased, to fix the level: they have no interval because of that, not because they are known.`}
      table={agenciesTable(sorted)}
      detail={chosen && <AgencyDetail agency={chosen} document={document} />}
      controls={
        <>
          <ChooseOne label="Quantity" name="quantity" none="all kinds" options={quantities.map((name) => [name, plural(name)])} state={state} change={change} />
          <Choice label="Order" value={state["order"] ?? ""} options={[["", "most claims first"], ["bias", "largest bias first"]]} onChange={(to) => change({ order: to })} />
          <ShowMore all={offered.length} first={FIRST} state={state} change={change} />
        </>
      }
    >
      <ul class="keys" aria-hidden="true">
        <IntervalKey />
        <KeyEntry words="anchor: taken as unbiased">
          <path class="anchor" d="M0,-6L6,0L0,6L-6,0Z" />
        </KeyEntry>
      </ul>
        <Rows
          rows={(axis) => shown.map((agency) => rowOf(agency, axis))}
          domain={factorDomain(reach)}
          log
          margin={14}
          label={`Bias of ${shown.length} agencies. Arrow keys go from row to row, Enter chooses one and lists its claims.`}
          chosen={chosen ? keyOf(chosen) : ""}
          onChoose={(key) => change({ agency: key })}
          ticks={(width) => factorLabels(reach, width, "unbiased")}
          mark={1}
          unit="reports fewer   ←   bias   →   reports more"
        />
    </Frame>
  );
}

function rowOf(agency: Agency, axis: Axis): Row {
  const at = axis(1 + agency.bias);
  const interval = `${signed(agency.low90)} to ${signed(agency.high90)}`;
  const told = agency.anchor ? "anchor" : signed(agency.bias);
  return {
    key: keyOf(agency),
    text: `${agency.name} · ${plural(agency.quantity)}`,
    aside: `${told} · ${count(agency.claims, "claim")}`,
    name: `${agency.name}, ${plural(agency.quantity)}, ${agency.kind}: ${agency.anchor ? "anchor, taken as unbiased" : `bias ${signed(agency.bias)}, 90 % interval ${interval}`}; ordinary error ${formatPercent(agency.spread)}; ${count(agency.claims, "claim")}`,
    drawing: agency.anchor ? (
      <path class="anchor" transform={`translate(${at.toFixed(1)},0)`} d="M0,-6L6,0L0,6L-6,0Z" />
    ) : (
      <Interval levels={{ low90: 1 + agency.low90, median: 1 + agency.bias, high90: 1 + agency.high90 }} axis={axis} />
    ),
  };
}

function AgencyDetail({ agency, document }: { agency: Agency; document: ViewsDocument }) {
  const kinds: Record<string, string> = { flow: "flow", stock: "stock", share: "share" };
  const own = new Set((document.parts.series ?? []).filter((series) => !kinds[agency.quantity] || series.kind === kinds[agency.quantity]).flatMap((series) => series.claims.map((claim) => claim.id)));
  const claims = [...placeClaims(document).values()]
    .filter(({ claim }) => claim.agency === agency.name && own.has(claim.id))
    .sort((a, b) => (b.claim.wrong ?? 0) - (a.claim.wrong ?? 0));
  return (
    <div class="chosen">
      <p>
        <strong>{agency.name}</strong>, {agency.kind}, {plural(agency.quantity)}:{" "}
        {agency.anchor ? "taken as unbiased, to fix the level" : `bias ${signed(agency.bias)} (90 % interval ${signed(agency.low90)} to ${signed(agency.high90)})`}; ordinary error {formatPercent(agency.spread)}.
      </p>
      {claims.length > 0 && (
        <ul>
          {claims.map((placed) => (
            <li key={placed.claim.id}>
              <ClaimLink id={placed.claim.id} placed={placed} /> {placed.label}: {placed.claim.stated}
              {(placed.claim.wrong ?? 0) >= 0.1 ? `, wrong with a chance of ${formatPercent(placed.claim.wrong)}` : ""}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

function agenciesTable(agencies: Agency[]): Table {
  const share = (heading: string, name: string) => ({ heading, name, show: formatPercent });
  return {
    caption: "Agencies and their bias",
    fileName: "agencies",
    columns: [
      { heading: "agency", name: "agency" },
      { heading: "quantity", name: "quantity" },
      { heading: "type", name: "type" },
      { heading: "claims", name: "claims" },
      { heading: "anchor", name: "anchor" },
      share("bias, median", "bias"),
      share("90 % interval, low", "low_90"),
      share("90 % interval, high", "high_90"),
      share("ordinary error", "spread"),
    ],
    rows: agencies.map((one) => [one.name, one.quantity, one.kind, one.claims, one.anchor ? "yes" : "no", one.bias, one.low90, one.high90, one.spread]),
  };
}

export default {
  id: "agencies",
  title: "Agencies and their bias",
  shows: (document) => (beliefOf(document)?.agencies.length ?? 0) > 0,
  View: AgenciesView,
} satisfies View;
