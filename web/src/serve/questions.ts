/** Latest wins: one question is under way at a time, and of those that come meanwhile the newest alone is put. */
import type { Answer } from "./contract";
import { Refused, Unreachable, call, runPath } from "./server";

export interface Asked {
  /** The section `scenarios` as text; empty for the baseline. */
  scenario: string;
  observable: string;
}

export interface Listener {
  onPicture: (answer: Answer, asked: Asked) => void;
  onTotals: (answer: Answer) => void;
  onFailure: (error: unknown) => void;
}

/** After so many milliseconds without a new setting the totals are asked for. */
const REST = 180;
/** After so many the question is put again to a server that is away, or is still loading the draws. */
const AGAIN = 800;

function isPassing(error: unknown): boolean {
  return error instanceof Unreachable || (error instanceof Refused && error.status === 503);
}

/** Put questions about a run. */
export class Questions {
  /** Names this tab to the server. */
  private readonly tab = crypto.randomUUID();
  private turn = 0;
  private busy = false;
  private waiting: Asked | null = null;
  private rest = 0;
  private slow: AbortController | null = null;
  private ended = false;

  constructor(
    private readonly run: string,
    private readonly listener: Listener,
  ) {}

  /** Ask now, or as soon as the question under way is answered. */
  put(asked: Asked): void {
    clearTimeout(this.rest);
    this.slow?.abort();
    this.waiting = asked;
    if (!this.busy) void this.work();
  }

  /** Ask no more and hear no more. */
  end(): void {
    this.ended = true;
    clearTimeout(this.rest);
    this.slow?.abort();
  }

  private async work(): Promise<void> {
    this.busy = true;
    let last: Asked | null = null;
    while (this.waiting && !this.ended) {
      last = this.waiting;
      this.waiting = null;
      try {
        const answer = await this.send(last, false);
        // An answer that has been outrun is not shown over the newer one that follows it.
        if (!this.ended) this.listener.onPicture(answer, last);
      } catch (error) {
        const failed = last;
        last = null;
        if (this.ended || this.waiting) continue;
        this.listener.onFailure(error);
        if (isPassing(error)) this.rest = window.setTimeout(() => this.put(failed), AGAIN);
      }
    }
    this.busy = false;
    const settled = last;
    if (settled && !this.ended) this.rest = window.setTimeout(() => void this.askTotals(settled), REST);
  }

  private async askTotals(asked: Asked): Promise<void> {
    const slow = new AbortController();
    this.slow = slow;
    try {
      const answer = await this.send(asked, true, slow.signal);
      if (!slow.signal.aborted && !this.ended) this.listener.onTotals(answer);
    } catch (error) {
      const overtaken = error instanceof Refused && error.problems.some((problem) => problem.code === "U510");
      if (slow.signal.aborted || this.ended || overtaken) return;
      this.listener.onFailure(error);
      if (isPassing(error)) this.rest = window.setTimeout(() => this.put(asked), AGAIN);
    }
  }

  private async send(asked: Asked, totals: boolean, signal?: AbortSignal): Promise<Answer> {
    this.turn += 1;
    const body = { tab: this.tab, turn: this.turn, scenario: asked.scenario, observables: totals ? [] : [asked.observable], totals };
    const path = runPath(this.run, "ask");
    const { content } = await call<Answer>(path, signal ? { method: "POST", body, signal } : { method: "POST", body });
    return content;
  }
}
