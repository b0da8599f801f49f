/** Calls that say what there is to look at: scopes, dimensions, their values, freshness. */
import * as v from "valibot";
import { type Amount, amount } from "../core/amount";
import type { Span } from "../core/period";
import { addDays } from "../core/period";
import { call } from "./client";

const Scope = v.object({
  id: v.string(),
  name: v.string(),
  kind: v.string(),
  parent: v.nullable(v.string()),
});
export type Scope = v.InferOutput<typeof Scope>;

const Dimension = v.object({ name: v.string(), label: v.string(), description: v.string() });
const Dimensions = v.object({ dimensions: v.array(Dimension), tags: v.array(v.string()) });
export type Dimensions = v.InferOutput<typeof Dimensions>;

const Cost = v.nullable(v.pipe(v.string(), v.transform(amount)));
const Values = v.object({ values: v.array(v.object({ value: v.string(), cost: Cost })) });

const Loading = v.object({
  active: v.boolean(),
  loaded: v.pipe(v.string(), v.transform(Number)),
  total: v.pipe(v.string(), v.transform(Number)),
  what: v.nullish(v.string(), ""),
});
const Status = v.object({
  version: v.string(),
  now: v.string(),
  currency: v.string(),
  demo: v.boolean(),
  loading: v.nullable(Loading),
  newest: v.nullable(v.string()),
  oldest: v.nullable(v.string()),
});
export type Status = v.InferOutput<typeof Status>;

/** Everything the reader may see, widest first. */
export async function scopes(signal: AbortSignal): Promise<readonly Scope[]> {
  const answer = await call("/v1/scopes", v.object({ scopes: v.array(Scope) }), { signal });
  return answer.scopes;
}

/** What can be grouped by and filtered. */
export function dimensions(scope: string, signal: AbortSignal): Promise<Dimensions> {
  return call(`/v1/dimensions?${new URLSearchParams({ scope })}`, Dimensions, { signal });
}

/** The values of a dimension or of a tag ("tag:team") in a span, dearest first. */
export async function dimensionValues(
  name: string,
  scope: string,
  span: Span,
  signal: AbortSignal,
): Promise<readonly { value: string; cost: Amount | null }[]> {
  const query = new URLSearchParams({ scope, from: span.from, to: addDays(span.until, -1) });
  const path = `/v1/dimensions/${encodeURIComponent(name)}/values?${query}`;
  return (await call(path, Values, { signal })).values;
}

/** The server's clock, what it holds, and what it is still loading. */
export function status(signal: AbortSignal): Promise<Status> {
  return call("/v1/status", Status, { signal });
}
