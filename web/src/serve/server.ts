/** Speaking to the local server: with the token of the launch, and with its problems told as such. */
import type { Problem } from "./contract";

const KEPT = "counterstream-token";

/** The server said no, with reasons. */
export class Refused extends Error {
  constructor(
    readonly status: number,
    readonly problems: Problem[],
  ) {
    super(problems.map((problem) => `${problem.code}: ${problem.message}`).join("; "));
  }
}

/** The server does not answer. */
export class Unreachable extends Error {}

/**
 * Take the token out of the address and keep it for all tabs of this server.
 *
 * The storage belongs to this host and port alone, unlike a cookie, which goes to every port.
 */
export function takeToken(): void {
  const token = new URLSearchParams(location.hash.slice(1)).get("token");
  if (!token) return;
  localStorage.setItem(KEPT, token);
  const rest = new URLSearchParams(location.hash.slice(1));
  rest.delete("token");
  history.replaceState(null, "", `${location.pathname}${rest.size ? `#${rest}` : ""}`);
}

/** Hear of a token that another tab has been opened with. */
export function onNewToken(act: () => void): () => void {
  const hear = (event: StorageEvent) => event.key === KEPT && act();
  addEventListener("storage", hear);
  return () => removeEventListener("storage", hear);
}

/** Ask the server for something; throws `Refused`, `Unreachable`, or the abort of the signal. */
export async function call<T>(path: string, options: { method?: "GET" | "POST" | "PUT"; body?: unknown; signal?: AbortSignal } = {}): Promise<{ status: number; content: T }> {
  const headers: Record<string, string> = { authorization: `Bearer ${localStorage.getItem(KEPT) ?? ""}` };
  const init: RequestInit = { method: options.method ?? "GET", headers, cache: "no-store", credentials: "omit" };
  if (options.body !== undefined) {
    headers["content-type"] = "application/json";
    init.body = JSON.stringify(options.body);
  }
  if (options.signal) init.signal = options.signal;
  let reply: Response;
  let content: unknown;
  try {
    reply = await fetch(path, init);
    content = await reply.json().catch(() => null);
  } catch (error) {
    if (options.signal?.aborted) throw error;
    throw new Unreachable();
  }
  if (!reply.ok) throw new Refused(reply.status, (content as { problems?: Problem[] } | null)?.problems ?? [fault(reply.status)]);
  return { status: reply.status, content: content as T };
}

function fault(status: number): Problem {
  const mend = "report it with what the terminal says";
  return { code: `${status}`, message: "the program has a fault", line: 0, column: 0, path: "", found: "", allowed: "", mend, severity: "error" };
}

/** Address of something of a run, or where none is named of the case as it is declared. */
export function runPath(run: string, part: string): string {
  if (!run) return `/api/case/${part}`;
  return `/api/runs/${encodeURIComponent(run)}/${part}`;
}
