/** Rows of a query's answer as records: a point in time, a group, and its three measures. */
import type { Column, Table } from "../api/query";
import { type Amount, amount, type Known, sum } from "../core/amount";
import { groupBy } from "../core/groups";

/** Values of the grouping's columns, in order. "" is a value that is not there. */
export type Group = readonly string[];

export interface Entry {
  /** "2026-10-31", "2026-10-31T09", "2026-10", or "" without granularity. */
  readonly bucket: string;
  readonly group: Group;
  readonly cost: Known;
  readonly tokens: Known;
  readonly calls: Known;
}

/** The records of one currency. Amounts of different currencies are never added. */
export interface Frame {
  readonly currency: string;
  readonly records: readonly Entry[];
  /** What is left out because it is in another currency. */
  readonly others: readonly { readonly currency: string; readonly cost: Known }[];
  /** Rows that the server has, of which `records` may be the first part. */
  readonly total: number;
  readonly truncated: boolean;
}

export type Measure = "cost" | "tokens" | "calls";

/** An identity that may serve as a key. */
export function groupKey(group: Group): string {
  return JSON.stringify(group);
}

/** Reads an answer. `currency` is the one to show when there are several. */
export function frame(table: Table, grouping: readonly Column[], currency: string): Frame {
  const row = rowReader(table.columns, grouping);
  const rows = table.rows.map(row);
  const byCurrency = groupBy(rows, ([code]) => code);
  const entries = (code: string): Entry[] => (byCurrency.get(code) ?? []).map(([, entry]) => entry);
  // Usage that has no price has no currency either; it belongs to every picture.
  const shown = byCurrency.has(currency) ? currency : firstNamed(byCurrency.keys(), currency);
  const records = [...entries(shown), ...(shown ? entries("") : [])];
  const others = [...byCurrency.keys()]
    .filter((code) => code !== shown && code !== "")
    .map((code) => ({ currency: code, cost: total(entries(code), "cost") }));
  const truncated = table.rows.length < table.total;
  return { currency: shown, records, others, total: table.total, truncated };
}

function firstNamed(codes: Iterable<string>, usual: string): string {
  return [...codes].find((code) => code !== "") ?? usual;
}

type Cells = readonly (string | null)[];

function rowReader(columns: readonly string[], grouping: readonly Column[]) {
  const at = (name: string): number => columns.indexOf(name);
  const [cost, tokens, calls, currency] = [
    at("Cost"),
    at("TokenCount"),
    at("CallCount"),
    at("Currency"),
  ];
  const dates = ["UsageDate", "UsageTime", "BillingMonth"];
  const date = columns.findIndex((column) => dates.includes(column));
  const groups = groupPositions(grouping, (date >= 0 ? date : calls) + 1);
  return (cells: Cells): [string, Entry] => [
    cells[currency] ?? "",
    {
      bucket: date < 0 ? "" : bucket(columns[date] ?? "", cells[date] ?? ""),
      group: groups.map((position) => cells[position] ?? ""),
      cost: known(cells[cost]),
      tokens: known(cells[tokens]),
      calls: known(cells[calls]),
    },
  ];
}

/** Groupings follow the date in order; a tag takes two columns, its key and its value. */
function groupPositions(grouping: readonly Column[], first: number): readonly number[] {
  let next = first;
  return grouping.map(({ type }) => {
    next += type === "TagKey" ? 2 : 1;
    return next - 1;
  });
}

function known(cell: string | null | undefined): Known {
  return cell === null || cell === undefined ? null : amount(cell);
}

function bucket(column: string, cell: string): string {
  if (column === "UsageDate") return cell.replace(/^(\d{4})(\d\d)(\d\d)$/, "$1-$2-$3");
  return cell.slice(0, column === "BillingMonth" ? 7 : 13);
}

/** Entries of equal group added up over their points, in order of first appearance. */
export function byGroup(entries: readonly Entry[]): readonly Entry[] {
  return [...groupBy(entries, (entry) => groupKey(entry.group)).values()].map((parts) => ({
    bucket: "",
    group: parts[0]?.group ?? [],
    cost: total(parts, "cost"),
    tokens: total(parts, "tokens"),
    calls: total(parts, "calls"),
  }));
}

/** The exact sum of a measure. */
export function total(records: Iterable<Entry>, measure: Measure): Amount | null {
  return sum([...records].map((record) => record[measure]));
}
