/** Claims on a picture through time: one stop of the Tab key, arrows from claim to claim, Enter to choose. */
import type { Axis } from "../axis";
import { type Claim, DAY, type Drawn, type MarkShape, dayTime } from "../data";
import { formatPercent, formatWindow } from "../format";
import type { Box } from "./axes";
import { useRoving } from "./roving";

/** From this chance on a claim is marked as likely wrong. */
export const LIKELY_WRONG = 0.5;
const SIZE = 4.6;

const SHAPES: Record<MarkShape, string> = {
  exact: `M${-SIZE},0A${SIZE},${SIZE} 0 1 1 ${SIZE},0A${SIZE},${SIZE} 0 1 1 ${-SIZE},0Z`,
  about: `M${-SIZE},0A${SIZE},${SIZE} 0 1 1 ${SIZE},0A${SIZE},${SIZE} 0 1 1 ${-SIZE},0Z`,
  over: `M0,${-SIZE - 1}L${SIZE + 0.8},${SIZE - 0.6}H${-SIZE - 0.8}Z`,
  "up to": `M0,${SIZE + 1}L${SIZE + 0.8},${0.6 - SIZE}H${-SIZE - 0.8}Z`,
  range: `M${-SIZE},0H${SIZE}`,
};

/** How a claim is coloured: by whether it is likely wrong, and by its use. */
export function claimLook(claim: Claim): string {
  if ((claim.wrong ?? 0) >= LIKELY_WRONG) return "wrong";
  return claim.use === "check" || claim.use === "context" ? claim.use : "plain";
}

/** A claim in a sentence, for those who do not see its mark. */
export function claimName(claim: Claim, unit: string): string {
  const wrong = (claim.wrong ?? 0) >= LIKELY_WRONG ? `; likely wrong, ${formatPercent(claim.wrong)}` : "";
  return `${claim.id}: ${claim.stated} ${unit === "share" ? "" : unit}, ${formatWindow(claim.first, claim.last)}, ${claim.agency}${wrong}`;
}

/** A mark alone, for keys and pictures. */
export function Mark({ shape, look = "plain" }: { shape: MarkShape; look?: string }) {
  return <path class={`mark ${look} ${shape === "about" ? "hollow" : ""}`} d={SHAPES[shape]} />;
}

type Shown = Claim & { drawn: Drawn };

/** Claims of a series that can be seen, in the order of time. */
export function shownClaims(claims: Claim[], span: [number, number]): Shown[] {
  const inside = (claim: Claim) => dayTime(claim.last) + DAY > span[0] && dayTime(claim.first) < span[1];
  return claims
    .filter((claim): claim is Shown => claim.drawn !== null && inside(claim))
    .sort((a, b) => a.first.localeCompare(b.first) || a.last.localeCompare(b.last) || a.id.localeCompare(b.id));
}

interface ClaimsProps {
  claims: Shown[];
  unit: string;
  time: Axis;
  value: Axis;
  box: Box;
  chosen: string;
  onChoose: (id: string) => void;
}

/** Draw claims across their windows. */
export function Claims({ claims, unit, time, value, box, chosen, onChoose }: ClaimsProps) {
  const { group, part } = useRoving(
    claims.map((claim) => claim.id),
    chosen,
    onChoose,
  );
  return (
    <g class="claims" {...group}>
      {claims.map((claim) => {
        const left = Math.max(box.left, time(dayTime(claim.first)));
        const right = Math.min(box.right, time(dayTime(claim.last) + DAY));
        const middle = (left + right) / 2;
        const y = value(claim.drawn.value);
        const { low, high, mark } = claim.drawn;
        return (
          <g
            key={claim.id}
            class={`claim ${claimLook(claim)}`}
            data-claim={claim.id}
            {...part(claim.id, claimName(claim, unit))}
          >
            <title>{claimName(claim, unit)}</title>
            <rect class="reach" x={Math.min(left, middle - 11)} width={Math.max(right - left, 22)} y={y - 11} height={22} />
            <line class="window" x1={left} x2={right} y1={y} y2={y} />
            {low !== null && high !== null && (
              <path class="window" d={`M${middle},${value(low)}V${value(high)}M${middle - 4},${value(low)}h8M${middle - 4},${value(high)}h8`} />
            )}
            <g transform={`translate(${middle.toFixed(1)},${y.toFixed(1)})`}>
              <circle class="halo" r={10} />
              <Mark shape={mark} look={claimLook(claim)} />
            </g>
          </g>
        );
      })}
    </g>
  );
}
