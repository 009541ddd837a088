/** Axes of factors: half and double lie equally far from 1. */
import type { Axis } from "../axis";

/** A factor's distance from 1 as people say it: no finer than a tenth of a per cent. */
export function signed(value: number): string {
  const text = (100 * Math.abs(value)).toFixed(Math.abs(value) < 0.0995 ? 1 : 0);
  return `${Number(text) === 0 ? "" : value > 0 ? "+" : "−"}${text} %`;
}

/** Round factors on both sides of 1, as many as have room; `reach` is the largest logarithm. */
export function factorTicks(reach: number, width: number): number[] {
  const sides = [1.05, 1.1, 1.25, 1.5, 2, 3, 5, 10, 100, 1000].filter((factor) => Math.log(factor) < reach);
  const most = width < 520 ? 1 : 3;
  const spaced = sides.filter((factor) => Math.log(factor) > reach / (most + 1.2)).slice(-most * 2);
  const picked = spaced.filter((_, index) => (spaced.length - 1 - index) % Math.ceil(spaced.length / most) === 0);
  return [...picked.map((factor) => 1 / factor).reverse(), 1, ...picked];
}

/** Ticks of factors with their words. */
export function factorLabels(reach: number, width: number, none: string): [number, string][] {
  return factorTicks(reach, width).map((at) => [at, at === 1 ? none : signed(Math.round(100 * (at - 1)) / 100).replace(".0 ", " ")]);
}

/** The ends of an axis of factors. */
export function factorDomain(reach: number): [number, number] {
  return [Math.exp(-reach * 1.06), Math.exp(reach * 1.06)];
}

/** A value no farther out than an axis goes. */
export function clampTo(axis: Axis, value: number): number {
  return Math.max(axis.domain[0], Math.min(axis.domain[1], value));
}
