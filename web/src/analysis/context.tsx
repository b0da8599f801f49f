/** What every part of an analysis shares: its state, the way to change it, and the catalog. */
import { createContext, useContext } from "react";
import type { Status } from "../api/catalog";
import type { Column } from "../api/query";
import type { Day } from "../core/period";
import type { Measure } from "./frame";
import { type Analysis, narrowed } from "./state";

export interface Desk {
  readonly state: Analysis;
  readonly move: (next: Analysis) => void;
  readonly status: Status;
  /** The server's UTC day. */
  readonly today: Day;
  /** Names of dimensions by their API name. */
  readonly labels: ReadonlyMap<string, string>;
  /** Everything that can be grouped by. */
  readonly columns: readonly Column[];
}

const DeskContext = createContext<Desk | null>(null);

export const DeskProvider = DeskContext.Provider;

export function useDesk(): Desk {
  const desk = useContext(DeskContext);
  if (!desk) throw new Error("useDesk needs a DeskProvider above it");
  return desk;
}

/** The measure that a metric shows. */
export function measureOf({ metric }: Analysis): Measure {
  return metric === "tokens" || metric === "calls" ? metric : "cost";
}

/** The state with a group's values as filters; a second click on the same takes them away. */
export function drilled(
  state: Analysis,
  grouping: readonly Column[],
  group: readonly string[],
  exclude = false,
): Analysis {
  return grouping.reduce(
    (next, column, index) => narrowed(next, column, [group[index] ?? ""], exclude),
    state,
  );
}
