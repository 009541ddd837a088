/** What changes over the whole period, everything in one table. */
import { useState } from "preact/hooks";
import { count, formatChange, formatIn, formatPercent } from "../format";
import type { Total } from "./contract";

interface TotalsProps {
  totals: Total[];
  chosen: string;
  onChoose: (observable: string) => void;
}

const FIRST = 12;

/** Show totals, those that change most first; a row's button shows its picture. */
export function TotalsTable({ totals, chosen, onChoose }: TotalsProps) {
  const [all, setAll] = useState(false);
  const changed = totals.filter((total) => total.changed);
  if (!changed.length) return null;
  const shown = all ? changed : changed.slice(0, FIRST);
  return (
    <>
      <div class="scroll" role="region" tabIndex={0} aria-label="What changes over the whole period">
        <table>
          <caption>Over the whole period, medians; the difference draw by draw with its equal-tailed 90 % interval; what changes most stands first.</caption>
          <thead>
            <tr>
              <th scope="col">quantity</th>
              <th scope="col" class="n">
                baseline
              </th>
              <th scope="col" class="n">
                scenario
              </th>
              <th scope="col" class="n">
                difference
              </th>
              <th scope="col" class="n">
                90 % interval
              </th>
              <th scope="col" class="n">
                draws that rise
              </th>
            </tr>
          </thead>
          <tbody>
            {shown.map((total) => (
              <tr key={total.observable}>
                <th scope="row">
                  <button type="button" class="pick" aria-pressed={total.observable === chosen} onClick={() => onChoose(total.observable)}>
                    {total.label}
                  </button>
                </th>
                <td>{formatIn(total.unit, total.baseline.median)}</td>
                <td>{formatIn(total.unit, total.scenario.median)}</td>
                <td>{formatChange(total.unit, total.difference.median)}</td>
                <td>
                  {formatChange(total.unit, total.difference.low90)} to {formatChange(total.unit, total.difference.high90)}
                </td>
                <td>{formatPercent(total.rises)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {changed.length > FIRST && (
        <button type="button" aria-expanded={all} onClick={() => setAll(!all)}>
          {all ? "Show fewer" : `Show all ${count(changed.length, "quantity", "quantities")} that change`}
        </button>
      )}
    </>
  );
}
