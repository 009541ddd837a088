/** Whether the server is there: asked now and then, and again and again while it is not. */
import { useEffect, useRef, useState } from "preact/hooks";
import type { ServerState } from "./contract";
import { Refused, Unreachable, call, onNewToken } from "./server";

/** `closed`: the token is not that of this launch. */
export type Link = "beginning" | "there" | "lost" | "closed";

export interface Connection {
  link: Link;
  state: ServerState | null;
  /** Grows with every launch that the page has met: what was asked of an older one is asked again. */
  launches: number;
  look: () => void;
}

const SECONDS = 1000;
/** While all is well, and at first when it is not. */
const BETWEEN = 5 * SECONDS;
const AGAIN = 0.7 * SECONDS;

/** Follow the server's state. */
export function useConnection(): Connection {
  const [link, setLink] = useState<Link>("beginning");
  const [state, setState] = useState<ServerState | null>(null);
  const [launches, setLaunches] = useState(0);
  const launch = useRef("");
  const wake = useRef<() => void>(() => {});
  useEffect(() => {
    let timer = 0;
    let ended = false;
    const look = async () => {
      clearTimeout(timer);
      let wait = BETWEEN;
      try {
        const { content } = await call<ServerState>("/api/state");
        if (ended) return;
        setState((before) => (JSON.stringify(before) === JSON.stringify(content) ? before : content));
        if (content.launch !== launch.current) {
          launch.current = content.launch;
          setLaunches((number) => number + 1);
        }
        setLink("there");
      } catch (error) {
        if (ended) return;
        wait = AGAIN;
        if (error instanceof Refused && error.status === 401) {
          setLink("closed");
          wait = BETWEEN;
        } else if (error instanceof Unreachable || error instanceof Refused) setLink("lost");
        else throw error;
      }
      clearTimeout(timer);
      timer = window.setTimeout(look, wait);
    };
    wake.current = () => void look();
    void look();
    const forget = onNewToken(() => void look());
    return () => {
      ended = true;
      clearTimeout(timer);
      forget();
    };
  }, []);
  return { link, state, launches, look: () => wake.current() };
}
