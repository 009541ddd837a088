/** Agencies and contradictions: the part of the document that `counterstream.report.views.belief` writes. */
import type { Claim, Kind, Maybe, ViewsDocument } from "../data";
import { formatLink } from "../link";

export interface Agency {
  name: string;
  /** Kind of quantity: flow, stock, share. */
  quantity: string;
  /** Type of agency. */
  kind: string;
  claims: number;
  /** 0.1: it reports 10 % more than there were. */
  bias: number;
  low90: number;
  high90: number;
  spread: Maybe;
  anchor: boolean;
}

export interface Party {
  claim: string;
  agency?: string;
  side?: string;
  median?: Maybe;
  low90?: Maybe;
  high90?: Maybe;
  wrong?: Maybe;
}

export interface Dispute {
  observable: string;
  label: string;
  unit: string;
  kind: string;
  detail: string;
  parties: Party[];
  /** Chances that each side is nearer to the truth, and that neither is near; empty where nobody judged. */
  sides: [side: string, chance: number][];
  believed: string;
}

export interface Belief {
  agencies: Agency[];
  disputes: Dispute[];
  wrong: { label: string; claim: string; chance: Maybe }[];
}

export function beliefOf(document: ViewsDocument): Belief | null {
  return (document.parts["belief"] as Belief | undefined) ?? null;
}

const VIEW_OF: Record<Kind, string> = { flow: "flows", share: "shares", stock: "stocks" };

/** A claim with the address at which its view shows it. */
export interface Placed {
  claim: Claim;
  label: string;
  unit: string;
  href: string;
}

/** Every claim that a view of series shows, by its identifier. */
export function placeClaims(document: ViewsDocument): Map<string, Placed> {
  const found = new Map<string, Placed>();
  for (const series of document.parts.series ?? []) {
    for (const claim of series.claims) {
      const state = { series: series.observable, claim: claim.id };
      if (!found.has(claim.id)) found.set(claim.id, { claim, label: series.label, unit: series.unit, href: formatLink(VIEW_OF[series.kind], state) });
    }
  }
  return found;
}
