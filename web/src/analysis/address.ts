/** The address bar as the one place where the state of an analysis lives. */
import { useCallback, useMemo, useSyncExternalStore } from "react";
import { recall, remember } from "../ui/memory";
import { type Analysis, read, write } from "./state";

const PATH = "/analysis";
const MOVED = "costplane:moved";

function subscribe(onChange: () => void): () => void {
  addEventListener("popstate", onChange);
  addEventListener(MOVED, onChange);
  return () => {
    removeEventListener("popstate", onChange);
    removeEventListener(MOVED, onChange);
  };
}

/** The address of a state, for links. */
export function addressOf(state: Analysis): string {
  return PATH + write(state);
}

/**
 * Gives a first visit without a scope the one last used, in the address, so that what is sent to
 * a colleague says which scope it shows.
 */
export function enter(): void {
  const state = read(location.search);
  const last = recall("scope");
  const fresh = location.pathname === "/" && location.search === "";
  const target = fresh && last ? { ...state, scope: last } : state;
  history.replaceState(null, "", addressOf(target) + location.hash);
}

/** The state that the address names, and the way to another one. Back returns to this one. */
export function useAnalysis(): readonly [Analysis, (next: Analysis) => void] {
  const query = useSyncExternalStore(subscribe, () => location.search);
  const state = useMemo(() => read(query), [query]);
  const move = useCallback((next: Analysis) => {
    remember("scope", next.scope);
    if (write(next) === write(read(location.search))) return;
    history.pushState(null, "", addressOf(next));
    dispatchEvent(new Event(MOVED));
  }, []);
  return [state, move];
}
