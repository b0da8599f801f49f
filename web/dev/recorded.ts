/** A stand-in for the API while the page is developed alone. */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Plugin } from "vite";
import { type Fact, facts, NOW, SUBSCRIPTION } from "./facts.ts";

interface Leaf {
  name: string;
  values: string[];
}
interface Filter {
  and?: Filter[];
  not?: Filter;
  dimensions?: Leaf;
  tags?: Leaf;
}
interface Definition {
  timePeriod: { from: string; to: string };
  dataset: {
    granularity: string;
    grouping: { type: string; name: string }[];
    filter?: Filter;
  };
}

const GROUPS = ["rg-search", "rg-agents", "rg-voice", "rg-batch"];

export function recorded(): Plugin {
  const all = facts();
  return {
    name: "recorded-api",
    configureServer(server) {
      server.middlewares.use((request, response, next) => {
        const url = new URL(request.url ?? "/", "http://localhost");
        if (url.pathname.endsWith("/query")) void query(all, url, request, response);
        else if (url.pathname.startsWith("/v1/")) send(response, own(all, url));
        else next();
      });
    },
  };
}

function send(response: ServerResponse, body: unknown): void {
  response.setHeader("content-type", "application/json");
  response.statusCode = (body as { error?: unknown }).error ? 404 : 200;
  response.end(typeof body === "string" ? body : JSON.stringify(body));
}

function own(all: readonly Fact[], url: URL): unknown {
  if (url.pathname === "/v1/status")
    return {
      version: "0.1.0",
      now: NOW,
      currency: "USD",
      demo: true,
      loading: null,
      newest: NOW,
      oldest: "2025-12-03T00:00:00Z",
    };
  if (url.pathname === "/v1/scopes") return { scopes: scopes() };
  if (url.pathname === "/v1/dimensions") {
    const names = Object.keys(all[0]?.of ?? {});
    const dimensions = names.map((name) => ({
      name,
      label: name.replace(/([a-z])([A-Z])/g, "$1 $2"),
      description: "",
    }));
    return { dimensions, tags: ["team", "environment"] };
  }
  const values = /^\/v1\/dimensions\/([^/]+)\/values$/.exec(url.pathname);
  if (values) return { values: valuesOf(all, decodeURIComponent(values[1] ?? "")) };
  return { error: { code: "InvalidResourceType", message: "There is no such operation." } };
}

function scopes(): unknown[] {
  const group = (name: string) => ({
    id: `${SUBSCRIPTION}/resourceGroups/${name}`,
    name,
    kind: "ResourceGroup",
    parent: SUBSCRIPTION,
  });
  const account = "/providers/Microsoft.Billing/billingAccounts/100001";
  return [
    { id: account, name: "Demo enrollment", kind: "BillingAccount", parent: null },
    { id: SUBSCRIPTION, name: "Demo", kind: "Subscription", parent: account },
    ...GROUPS.map(group),
  ];
}

function valuesOf(all: readonly Fact[], name: string): unknown[] {
  const totals = new Map<string, number | null>();
  for (const fact of all) {
    const value = name.startsWith("tag:")
      ? (fact.tags[name.slice(4)] ?? "")
      : (fact.of[name] ?? "");
    totals.set(
      value,
      fact.cost === null ? (totals.get(value) ?? null) : (totals.get(value) ?? 0) + fact.cost,
    );
  }
  return [...totals]
    .sort((a, b) => (b[1] ?? -1) - (a[1] ?? -1))
    .map(([value, cost]) => ({ value, cost: cost === null ? null : (cost / 1e9).toFixed(9) }));
}

function matches(fact: Fact, filter: Filter | undefined): boolean {
  if (!filter) return true;
  if (filter.and) return filter.and.every((part) => matches(fact, part));
  if (filter.not) return !matches(fact, filter.not);
  if (filter.tags) return filter.tags.values.includes(fact.tags[filter.tags.name] ?? "");
  return filter.dimensions?.values.includes(fact.of[filter.dimensions.name] ?? "") ?? true;
}

async function body(request: IncomingMessage): Promise<Definition> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return JSON.parse(Buffer.concat(parts).toString()) as Definition;
}

async function query(
  all: readonly Fact[],
  url: URL,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { timePeriod, dataset } = await body(request);
  const group = /resourceGroups\/([^/]+)/.exec(url.pathname)?.[1];
  if (group && !GROUPS.includes(group))
    return send(response, {
      error: {
        code: "ResourceGroupNotFound",
        message: `Resource group '${group}' could not be found.`,
      },
    });
  const chosen = all.filter(
    (fact) =>
      fact.hour.slice(0, 10) >= timePeriod.from &&
      fact.hour.slice(0, 10) <= timePeriod.to &&
      (!group || fact.of.ResourceGroupName === group) &&
      matches(fact, dataset.filter),
  );
  send(response, answer(chosen, dataset));
}

const DATES: Readonly<Record<string, readonly [string, (hour: string) => string]>> = {
  Daily: ["UsageDate", (hour) => hour.slice(0, 10).replaceAll("-", "")],
  Hourly: ["UsageTime", (hour) => `"${hour}:00:00"`],
  Monthly: ["BillingMonth", (hour) => `"${hour.slice(0, 7)}-01T00:00:00"`],
};

function answer(chosen: readonly Fact[], { granularity, grouping }: Definition["dataset"]): string {
  const date = DATES[granularity];
  const sums = new Map<string, { cost: number | null; tokens: number; calls: number }>();
  for (const fact of chosen) {
    const cells = grouping.flatMap(({ type, name }) =>
      type === "TagKey" ? [name, fact.tags[name] ?? ""] : [fact.of[name] ?? ""],
    );
    const key = [
      ...(date ? [date[1](fact.hour)] : []),
      ...cells.map((cell) => JSON.stringify(cell)),
      '"USD"',
    ].join(",");
    const sum = sums.get(key) ?? { cost: null, tokens: 0, calls: 0 };
    if (fact.cost !== null) sum.cost = (sum.cost ?? 0) + fact.cost;
    sum.tokens += fact.tokens ?? 0;
    sum.calls += fact.calls;
    sums.set(key, sum);
  }
  const names = [
    "Cost",
    "TokenCount",
    "CallCount",
    ...(date ? [date[0]] : []),
    ...grouping.flatMap(({ type, name }) => (type === "TagKey" ? ["TagKey", "TagValue"] : [name])),
    "Currency",
  ];
  const rows = [...sums].map(
    ([key, sum]) =>
      `[${sum.cost === null ? "null" : (sum.cost / 1e9).toFixed(9)},${sum.tokens},${sum.calls},${key}]`,
  );
  const unpriced = chosen.filter((fact) => fact.cost === null);
  const quantities: Record<string, number> = {};
  for (const fact of unpriced)
    quantities[fact.of.TokenType ?? ""] =
      (quantities[fact.of.TokenType ?? ""] ?? 0) + (fact.tokens ?? 0);
  const events = unpriced
    .filter((fact) => fact.of.TokenType === "input_text")
    .reduce((sum, fact) => sum + fact.calls, 0);
  const columns = names.map((name) => ({ name, type: "String" }));
  const list = events > 0 ? [{ reason: "NoPrice", events, quantities }] : [];
  return `{"properties":{"nextLink":null,"columns":${JSON.stringify(columns)},"rows":[${rows.join(",")}],"total":${rows.length},"unpriced":${JSON.stringify(list)}}}`;
}
