/** The AI smart view's tree: resources, their deployments, their token types. */

import type { Entry } from "../analysis/frame";
import { deploymentTypeName, resourceName, tokenTypeName } from "../analysis/names";
import type { Column } from "../api/query";
import { byAmount, type Known, perMillion, quotient, sum } from "../core/amount";
import { groupBy } from "../core/groups";

const dimension = (name: string): Column => ({ type: "Dimension", name });

/** A deployment's place; token types come after it. */
export const DEPLOYMENT_COLUMNS: readonly Column[] = [
  dimension("ResourceId"),
  dimension("Deployment"),
  dimension("Model"),
  dimension("ModelVersion"),
  dimension("DeploymentType"),
];
export const LINE_COLUMNS: readonly Column[] = [...DEPLOYMENT_COLUMNS, dimension("TokenType")];

export type Kind = "Resource" | "Deployment" | "TokenType";

export interface Node {
  readonly id: string;
  readonly kind: Kind;
  /** The value as the API names it. */
  readonly value: string;
  readonly name: string;
  readonly detail: string;
  readonly cost: Known;
  readonly tokens: Known;
  /** Null at token types: a call has several of them. */
  readonly calls: Known;
  /** Cost over the complete days, and over as many before. */
  readonly now: Known;
  readonly before: Known;
  /** Input tokens read from cache, and all input tokens. */
  readonly cached: Known;
  readonly input: Known;
  readonly children: readonly Node[];
}

/** The answers that a tree is made of. */
export interface Material {
  readonly lines: readonly Entry[];
  readonly calls: readonly Entry[];
  readonly now: readonly Entry[] | null;
  readonly before: readonly Entry[] | null;
}

const DEPLOYMENT_DEPTH = DEPLOYMENT_COLUMNS.length;

/** The resources, dearest first, unknown last. */
export function tree(material: Material): readonly Node[] {
  const calls = new Map(material.calls.map((entry) => [key(entry.group), entry.calls]));
  const now = costs(material.now);
  const before = costs(material.before);
  const line = (entry: Entry): Node => lineNode(entry, now, before);
  const deployments = grouped(material.lines, DEPLOYMENT_DEPTH).map((entries) =>
    deploymentNode(entries, entries.map(line).sort(dearest), calls),
  );
  const resources = groupBy(deployments, (node) => node.resource);
  return [...resources]
    .map(([id, nodes]) => resourceNode(id, nodes.map(({ node }) => node).sort(dearest)))
    .sort(dearest);
}

const key = (group: readonly string[]): string => JSON.stringify(group);
const dearest = (a: Node, b: Node): number => byAmount(a.cost, b.cost);

function grouped(entries: readonly Entry[], depth: number): Entry[][] {
  return [...groupBy(entries, (entry) => key(entry.group.slice(0, depth))).values()];
}

function costs(entries: readonly Entry[] | null): ReadonlyMap<string, Known> | null {
  return entries && new Map(entries.map((entry) => [key(entry.group), entry.cost]));
}

// No line in a period is a true zero; a line without a price is unknown.
function costAt(all: ReadonlyMap<string, Known> | null, id: string): Known {
  const found = all?.get(id);
  return all === null ? null : found === undefined ? "0" : found;
}

function lineNode(
  entry: Entry,
  now: ReadonlyMap<string, Known> | null,
  before: ReadonlyMap<string, Known> | null,
): Node {
  const type = entry.group[DEPLOYMENT_DEPTH] ?? "";
  const id = key(entry.group);
  return {
    id,
    kind: "TokenType",
    value: type,
    name: type === "" ? "No token type" : tokenTypeName(type),
    detail: type,
    cost: entry.cost,
    tokens: entry.tokens,
    calls: null,
    now: costAt(now, id),
    before: costAt(before, id),
    cached: /^input_.*_cached$/.test(type) ? entry.tokens : null,
    input: type.startsWith("input_") ? entry.tokens : null,
    children: [],
  };
}

function deploymentNode(
  entries: readonly Entry[],
  children: readonly Node[],
  calls: ReadonlyMap<string, Known>,
): { resource: string; node: Node } {
  const place = entries[0]?.group.slice(0, DEPLOYMENT_DEPTH) ?? [];
  const [resource = "", deployment = "", model = "", version = "", type = ""] = place;
  const node = {
    ...summed(children),
    id: key(place),
    kind: "Deployment" as const,
    value: deployment,
    name: deployment || model || "Not told",
    detail: [deployment && model, version, deploymentTypeName(type)].filter(Boolean).join(" · "),
    calls: calls.get(key(place)) ?? null,
  };
  return { resource, node };
}

function resourceNode(id: string, children: readonly Node[]): Node {
  return {
    ...summed(children),
    id: key([id]),
    kind: "Resource",
    value: id,
    name: id === "" ? "Not told" : resourceName(id),
    detail: id,
    calls: sum(children.map((child) => child.calls)),
  };
}

function summed(children: readonly Node[]) {
  const over = (pick: (node: Node) => Known): Known => sum(children.map(pick));
  return {
    cost: over((node) => node.cost),
    tokens: over((node) => node.tokens),
    now: over((node) => node.now),
    before: over((node) => node.before),
    cached: over((node) => node.cached),
    input: over((node) => node.input),
    children,
  };
}

/** Cached input as a part of all input; null where nothing can be cached. */
export function cacheHits({ cached, input }: Node): Known {
  return cached === null ? null : quotient(cached, input);
}

export function costPerRequest({ cost, calls }: Node): Known {
  return quotient(cost, calls);
}

export function costPerMillion({ cost, tokens }: Node): Known {
  return perMillion(cost, tokens);
}

/** A node that can be seen, with its place among its siblings. */
export interface Visible {
  readonly node: Node;
  readonly level: number;
  readonly position: number;
  readonly siblings: number;
  readonly parent: string | null;
}

/** The nodes in order of sight; children follow an open parent. */
export function visible(
  nodes: readonly Node[],
  open: ReadonlySet<string>,
  level = 1,
  parent: string | null = null,
): readonly Visible[] {
  return nodes.flatMap((node, index) => [
    { node, level, position: index + 1, siblings: nodes.length, parent },
    ...(open.has(node.id) ? visible(node.children, open, level + 1, node.id) : []),
  ]);
}
