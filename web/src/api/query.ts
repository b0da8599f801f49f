/** Cost Management's Query operation: definition in, a checked table out. */
import * as v from "valibot";
import { addDays, type Granularity, type Span } from "../core/period";
import { call } from "./client";

const API_VERSION = "2025-03-01";
const PAGE = 5_000;
/** What a browser can hold without a stutter; totals come from queries of their own. */
export const MOST_ROWS = 50_000;

export type CostType = "ActualCost" | "AmortizedCost";

/** A dimension, or the key of a tag. */
export interface Column {
  readonly type: "Dimension" | "TagKey";
  readonly name: string;
}

/** Values a column must have, or must not have. */
export interface Condition {
  readonly column: Column;
  readonly exclude: boolean;
  readonly values: readonly string[];
}

/** What to ask, in the page's own terms. */
export interface Question {
  readonly type: CostType;
  readonly span: Span;
  readonly granularity: Granularity;
  readonly grouping: readonly Column[];
  readonly conditions: readonly Condition[];
}

const Cell = v.nullable(v.string());
const Unpriced = v.object({
  reason: v.string(),
  events: v.string(),
  quantities: v.record(v.string(), v.string()),
});
export type Unpriced = v.InferOutput<typeof Unpriced>;

const Properties = v.object({
  columns: v.array(v.object({ name: v.string(), type: v.string() })),
  rows: v.array(v.array(Cell)),
  nextLink: v.nullish(v.string(), null),
  total: v.nullish(v.pipe(v.string(), v.transform(Number))),
  unpriced: v.nullish(v.array(Unpriced), []),
});
const Answer = v.object({ properties: Properties });

/** The rows of all pages up to MOST_ROWS, and how many the server has. */
export interface Table {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | null)[])[];
  readonly total: number;
  readonly unpriced: readonly Unpriced[];
}

/** The body of the call (QueryDefinition). Its `to` is inclusive. */
export function definition(question: Question): Record<string, unknown> {
  const filter = conjunction(question.conditions);
  return {
    type: question.type,
    timeframe: "Custom",
    timePeriod: { from: question.span.from, to: addDays(question.span.until, -1) },
    dataset: {
      granularity: question.granularity,
      aggregation: {
        totalCost: { name: "Cost", function: "Sum" },
        tokens: { name: "TokenCount", function: "Sum" },
        calls: { name: "CallCount", function: "Sum" },
      },
      grouping: question.grouping,
      ...(filter ? { filter } : {}),
    },
  };
}

/** Conditions joined by `and`, which must have at least two parts. */
function conjunction(conditions: readonly Condition[]): unknown {
  const parts = conditions.map(leaf);
  return parts.length > 1 ? { and: parts } : parts[0];
}

function leaf({ column, exclude, values }: Condition): unknown {
  const kind = column.type === "TagKey" ? "tags" : "dimensions";
  const condition = { [kind]: { name: column.name, operator: "In", values } };
  return exclude ? { not: condition } : condition;
}

/** Asks, and follows the pages. */
export async function ask(scope: string, question: Question, signal: AbortSignal): Promise<Table> {
  const body = definition(question);
  const base = scope === "/" ? "" : scope;
  let path: string | null =
    `${base}/providers/Microsoft.CostManagement/query?api-version=${API_VERSION}&$top=${PAGE}`;
  const rows: (string | null)[][] = [];
  for (;;) {
    const { properties }: v.InferOutput<typeof Answer> = await call(path, Answer, { body, signal });
    for (const row of properties.rows) rows.push(row);
    path = properties.nextLink ? local(properties.nextLink) : null;
    if (path === null || rows.length >= MOST_ROWS) {
      const columns = properties.columns.map((column) => column.name);
      const total = properties.total ?? rows.length;
      return { columns, rows, total, unpriced: properties.unpriced };
    }
  }
}

/** A next link without its host: the page may be behind a proxy that the server does not know. */
function local(link: string): string {
  const url = new URL(link, location.href);
  return url.pathname + url.search;
}
