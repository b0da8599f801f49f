/**
 * The whole state of an analysis, as it stands in the address: readable, ordered, defaults left
 * out. Whoever opens the same address sees the same view.
 */
import type { Column, Condition } from "../api/query";
import { type Granularity, isRange } from "../core/period";
import { type ChartKind, VIEWS, type ViewName } from "./views";

export type Metric = "actual" | "amortized" | "tokens" | "calls";

export interface Analysis {
  readonly scope: string;
  readonly view: ViewName;
  readonly range: string;
  readonly granularity: Granularity;
  readonly accumulated: boolean;
  readonly grouping: readonly Column[];
  readonly conditions: readonly Condition[];
  readonly metric: Metric;
  readonly chart: ChartKind;
}

export const MOST_GROUPINGS = 3;
const GRANULARITIES: readonly Granularity[] = ["None", "Hourly", "Daily", "Monthly"];
const CHARTS: readonly ChartKind[] = ["area", "line", "column", "grouped", "table"];
const METRICS: readonly Metric[] = ["actual", "amortized", "tokens", "calls"];
const NO_GROUPING = "none";

/** A view as it starts, at a scope. */
export function started(view: ViewName, scope: string): Analysis {
  const { range, granularity, accumulated, grouping, chart } = VIEWS[view];
  const own = { range, granularity, accumulated, grouping, chart };
  return { scope, view, ...own, conditions: [], metric: "actual" };
}

/** The state that an address names; what it does not name, or names wrongly, is the view's. */
export function read(query: string): Analysis {
  const address = new URLSearchParams(query);
  const view = address.get("view") ?? "";
  const start = started(view in VIEWS ? (view as ViewName) : "accumulated", "/");
  const range = address.get("range") ?? "";
  const accumulated = address.get("accumulated");
  return {
    ...start,
    scope: address.get("scope")?.replace(/^(?!\/)/, "/") ?? start.scope,
    range: isRange(range) ? range : start.range,
    granularity: oneOf(GRANULARITIES, address.get("granularity"), start.granularity),
    accumulated: accumulated === null ? start.accumulated : accumulated === "true",
    grouping: readGrouping(address.get("group")) ?? start.grouping,
    conditions: address.getAll("filter").flatMap(readCondition),
    metric: oneOf(METRICS, address.get("metric"), start.metric),
    chart: oneOf(CHARTS, address.get("chart"), start.chart),
  };
}

/** The query part of the state's address, "" or beginning with "?". */
export function write(state: Analysis): string {
  const start = started(state.view, "/");
  const parts: [string, string][] = [];
  const put = (name: string, value: string, usual: string): void => {
    if (value !== usual) parts.push([name, value]);
  };
  put("scope", state.scope, start.scope);
  put("view", state.view, "accumulated");
  put("range", state.range, start.range);
  put("granularity", state.granularity, start.granularity);
  put("accumulated", String(state.accumulated), String(start.accumulated));
  put("group", writeGrouping(state.grouping), writeGrouping(start.grouping));
  for (const condition of state.conditions) parts.push(["filter", writeCondition(condition)]);
  put("metric", state.metric, start.metric);
  put("chart", state.chart, start.chart);
  const text = parts.map(([name, value]) => `${name}=${readable(value)}`).join("&");
  return text && `?${text}`;
}

/** A column's name in the address and in /v1/dimensions: "Model", "tag:team". */
export function columnName(column: Column): string {
  return column.type === "TagKey" ? `tag:${column.name}` : column.name;
}

/** The column of such a name. */
export function columnOf(name: string): Column {
  return name.startsWith("tag:")
    ? { type: "TagKey", name: name.slice(4) }
    : { type: "Dimension", name };
}

/** The state narrowed to (or freed of) some values of a column; the same ones again undo it. */
export function narrowed(
  state: Analysis,
  column: Column,
  values: readonly string[],
  exclude = false,
): Analysis {
  const same = (other: Condition): boolean =>
    columnName(other.column) === columnName(column) && other.exclude === exclude;
  const rest = state.conditions.filter((condition) => !same(condition));
  const old = state.conditions.find(same);
  const undone = old !== undefined && JSON.stringify(old.values) === JSON.stringify(values);
  if (undone || values.length === 0) return { ...state, conditions: rest };
  return { ...state, conditions: [...rest, { column, exclude, values }] };
}

function oneOf<T extends string>(all: readonly T[], text: string | null, usual: T): T {
  return all.find((one) => one === text) ?? usual;
}

// "," parts values and ":" parts a tag's key from them, so both are escaped where they are text.
const escaped = (text: string): string =>
  text.replace(/[%,:]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);

function unescaped(text: string): string {
  return text.replace(/%(25|2C|3A)/g, (_, code) => String.fromCharCode(Number.parseInt(code, 16)));
}

function writeColumn(column: Column): string {
  return (column.type === "TagKey" ? "tag:" : "") + escaped(column.name);
}

function readColumn(text: string): Column {
  const { type, name } = columnOf(text);
  return { type, name: unescaped(name) };
}

function writeGrouping(grouping: readonly Column[]): string {
  return grouping.map(writeColumn).join(",") || NO_GROUPING;
}

function readGrouping(text: string | null): readonly Column[] | null {
  if (text === null) return null;
  if (text === NO_GROUPING || text === "") return [];
  return text.split(",").slice(0, MOST_GROUPINGS).map(readColumn);
}

function writeCondition({ column, exclude, values }: Condition): string {
  const mark = exclude ? "!" : "";
  return `${mark}${writeColumn(column)}:${values.map(escaped).join(",")}`;
}

function readCondition(text: string): readonly Condition[] {
  const match = /^(!?)(tag:[^:]+|[^:]+):(.*)$/s.exec(text);
  if (!match) return [];
  const [, mark, name = "", values = ""] = match;
  const column = readColumn(name);
  return [{ column, exclude: mark === "!", values: values.split(",").map(unescaped) }];
}

/** Percent-encoding that leaves what is harmless in a query string readable. */
function readable(value: string): string {
  return encodeURIComponent(value).replace(/%(2F|3A|2C|20)/g, (code) =>
    code === "%20" ? "+" : decodeURIComponent(code),
  );
}
