/** The key of a picture, above it, where it can hide nothing. */
import type { ComponentChildren } from "preact";
import type { Claim } from "../data";
import { Mark, claimLook } from "./claims";

const WORDS = { exact: "claim, exact", about: "claim, about or rounded", over: "claim, over or at least", "up to": "claim, under or up to", range: "claim, a range" } as const;
const LOOKS = { wrong: "claim, likely wrong", check: "claim kept out of the fit", context: "claim for context" } as const;

/** One entry of a key: a small drawing and its words. */
export function KeyEntry({ children, words }: { children: ComponentChildren; words: string }) {
  return (
    <li>
      <svg class="key" width="24" height="16" viewBox="-12 -8 24 16" aria-hidden="true">
        {children}
      </svg>
      {words}
    </li>
  );
}

/** Entries of median and bands. */
export function BandKeys({ look = "first", name = "", inner = true }: { look?: string; name?: string; inner?: boolean }) {
  const before = name && `${name}, `;
  return (
    <>
      <KeyEntry words={`${before}median`}>
        <path class={`median ${look}`} d="M-12,0H12" />
      </KeyEntry>
      {inner && (
        <KeyEntry words={`${before}50 % interval`}>
          <rect class={`band50 ${look}`} x={-12} y={-6} width={24} height={12} />
        </KeyEntry>
      )}
      <KeyEntry words={`${before}90 % interval`}>
        <rect class={`band90 ${look}`} x={-12} y={-6} width={24} height={12} />
      </KeyEntry>
    </>
  );
}

/** Entries of the claims that are seen. */
export function ClaimKeys({ claims }: { claims: Claim[] }) {
  const marks = new Set(claims.map((claim) => claim.drawn?.mark));
  const looks = new Set(claims.map(claimLook));
  return (
    <>
      {(Object.keys(WORDS) as (keyof typeof WORDS)[]).filter((shape) => marks.has(shape)).map((shape) => (
        <KeyEntry key={shape} words={WORDS[shape]}>
          {shape === "range" ? <path class="window" d="M0,-7V7M-4,-7h8M-4,7h8" /> : <path class="window" d="M-12,0H12" />}
          <Mark shape={shape} />
        </KeyEntry>
      ))}
      {(Object.keys(LOOKS) as (keyof typeof LOOKS)[]).filter((look) => looks.has(look)).map((look) => (
        <KeyEntry key={look} words={LOOKS[look]}>
          <Mark shape="exact" look={look} />
        </KeyEntry>
      ))}
    </>
  );
}
