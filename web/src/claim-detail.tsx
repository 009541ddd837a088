/** Everything known of a claim: who said it, where, and what the model makes of it. */
import { LIKELY_WRONG } from "./chart/claims";
import type { Claim, Series } from "./data";
import { MISSING, formatIn, formatInterval, formatPercent, formatWindow } from "./format";

interface DetailProps {
  claim: Claim;
  series: Series;
  onClose: () => void;
}

/** Tell of a chosen claim. */
export function ClaimDetail({ claim, series, onClose }: DetailProps) {
  const unit = series.unit === "share" ? "" : ` ${series.unit}`;
  const view = `median ${formatIn(series.unit, claim.median)}; 50 % interval ${formatInterval(series.unit, claim.low50, claim.high50)}; 90 % interval ${formatInterval(series.unit, claim.low90, claim.high90)}`;
  const rows: [string, preact.ComponentChildren][] = [
    ["Said", claim.statement],
    ["As a number", `${claim.stated}${unit}, ${formatWindow(claim.first, claim.last)}`],
    ["Definition", claim.definition || MISSING],
    ["Source", claim.url ? <a href={claim.url} rel="noreferrer noopener nofollow">{claim.source}</a> : claim.source],
    ["Place in the source", claim.locator || MISSING],
    ["Counted by", claim.agency || MISSING],
    ["Unit", series.unit === "share" ? "share, in per cent" : `${series.unit}${series.kind === "flow" ? " over the window" : ""}`],
    ["The model, same window", claim.median === null ? MISSING : view],
    ["Surprise", claim.surprise === null ? MISSING : `${Math.abs(claim.surprise).toFixed(1)} standard deviations ${claim.surprise > 0 ? "above" : "below"} what was expected`],
    ["Chance that it is wrong", `${formatPercent(claim.wrong)}${(claim.wrong ?? 0) >= LIKELY_WRONG ? ", likely wrong" : ""}`],
    ["Conflicts", claim.conflicts.length ? <ul>{claim.conflicts.map((text) => <li key={text}>{text}</li>)}</ul> : "none found"],
    ["Use", USES[claim.use] ?? claim.use],
  ];
  return (
    <section class="claim-detail" aria-label={`Claim ${claim.id}`}>
      <p class="claim-head">
        <strong>Claim {claim.id}</strong>
        <button type="button" onClick={onClose}>
          Close
        </button>
      </p>
      <dl>
        {rows.map(([name, told]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{told}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

const USES: Record<string, string> = {
  fit: "used in the fit",
  check: "kept out of the fit, to check it",
  context: "kept as context",
};
