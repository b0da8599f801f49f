/** Made-up usage, the same on every start: enough variety to see every state of the page. */

export interface Fact {
  readonly hour: string;
  readonly of: Readonly<Record<string, string>>;
  readonly tags: Readonly<Record<string, string>>;
  /** Billionths of the currency; null when there is no price. */
  readonly cost: number | null;
  readonly tokens: number | null;
  readonly calls: number;
}

export const NOW = "2026-11-22T10:42:17Z";
export const SUBSCRIPTION = "/subscriptions/d3a0c057-0000-4000-8000-000000000001";

interface Deployment {
  readonly group: string;
  readonly account: string;
  readonly name: string;
  readonly model: string;
  readonly version: string;
  readonly kind: string;
  readonly team: string;
  readonly weight: number;
  readonly prices: Readonly<Record<string, number | null>>;
}

const deployment = (
  place: string,
  name: string,
  model: string,
  kind: string,
  team: string,
  weight: number,
  prices: Readonly<Record<string, number | null>>,
): Deployment => {
  const [group = "", account = ""] = place.split("/");
  const [title = "", version = ""] = model.split("@");
  return { group, account, name, model: title, version, kind, team, weight, prices };
};

const text = (input: number, cached: number, output: number, reasoning?: number) => ({
  input_text: input,
  input_text_cached: cached,
  output_text: output,
  ...(reasoning ? { output_reasoning: reasoning } : {}),
});

const DEPLOYMENTS: readonly Deployment[] = [
  deployment(
    "rg-search/aoai-eu",
    "gpt-4.1-chat",
    "gpt-4.1@2025-04-14",
    "GlobalStandard",
    "search",
    9,
    text(2, 0.5, 8),
  ),
  deployment(
    "rg-search/aoai-eu",
    "gpt-4o-chat",
    "gpt-4o@2024-11-20",
    "DataZoneStandard",
    "search",
    5,
    text(2.75, 1.375, 11),
  ),
  deployment(
    "rg-search/aoai-eu",
    "gpt-4o-mini",
    "gpt-4o-mini@2024-07-18",
    "GlobalStandard",
    "",
    30,
    text(0.15, 0.075, 0.6),
  ),
  deployment("rg-search/aoai-eu", "embed", "text-embedding-3-large@1", "Standard", "search", 40, {
    input_text: 0.13,
  }),
  deployment(
    "rg-agents/aoai-sweden",
    "o4-mini",
    "o4-mini@2025-04-16",
    "GlobalStandard",
    "agents",
    7,
    text(1.1, 0.275, 4.4, 4.4),
  ),
  deployment(
    "rg-agents/aoai-sweden",
    "gpt-5-agent",
    "gpt-5@2025-08-07",
    "GlobalStandard",
    "agents",
    12,
    text(1.25, 0.125, 10, 10),
  ),
  deployment(
    "rg-agents/claude-sonnet-4-5-8f1c",
    "claude-sonnet-4-5",
    "claude-sonnet-4-5@20250929",
    "GlobalStandard",
    "agents",
    6,
    { ...text(3, 0.3, 15), input_text_cache_write_5m: 3.75 },
  ),
  deployment(
    "rg-voice/aoai-voice",
    "realtime",
    "gpt-realtime@2025-08-28",
    "GlobalStandard",
    "voice",
    2,
    { ...text(4, 0.4, 16), input_audio: 32, output_audio: 64 },
  ),
  deployment(
    "rg-voice/aoai-voice",
    "preview",
    "gpt-6-preview@2026-10-01",
    "GlobalStandard",
    "voice",
    1,
    { input_text: null, output_text: null },
  ),
  deployment(
    "rg-batch/aoai-batch",
    "nightly",
    "gpt-4.1-mini@2025-04-14",
    "GlobalBatch",
    "data",
    20,
    text(0.2, 0.05, 0.8),
  ),
  deployment("rg-batch/aoai-batch", "phi", "Phi-4@7", "GlobalStandard", "data", 8, {
    input_text: 0.125,
    output_text: 0.5,
  }),
  deployment("rg-batch/aoai-batch", "llama", "Llama-3.3-70B@5", "GlobalStandard", "data", 3, {
    input_text: 0.71,
    output_text: 0.71,
  }),
];

const SHARE: Readonly<Record<string, number>> = {
  input_text: 900,
  input_text_cached: 420,
  input_text_cache_write_5m: 80,
  output_text: 230,
  output_reasoning: 340,
  input_audio: 150,
  output_audio: 90,
};

/** A small generator (mulberry32), so that every start shows the same picture. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let value = Math.imul(state ^ (state >>> 15), 1 | state);
    value = (value + Math.imul(value ^ (value >>> 7), 61 | value)) ^ value;
    return ((value ^ (value >>> 14)) >>> 0) / 4294967296;
  };
}

function dimensions(from: Deployment, tokenType: string): Readonly<Record<string, string>> {
  const marketplace = from.model.startsWith("claude");
  const resource = `${SUBSCRIPTION}/resourceGroups/${from.group}/providers/Microsoft.CognitiveServices/accounts/${from.account}`;
  return {
    ResourceId: resource,
    ResourceGroupName: from.group,
    ResourceLocation: from.account.includes("sweden") ? "swedencentral" : "westeurope",
    SubscriptionId: SUBSCRIPTION.slice(15),
    SubscriptionName: "Demo",
    ServiceName: marketplace ? "SaaS" : "Foundry Models",
    MeterCategory: marketplace ? "SaaS" : "Foundry Models",
    Meter: `${from.model} ${tokenType.replaceAll("_", " ")} ${from.kind === "DataZoneStandard" ? "DZ" : "Glbl"} Tokens`,
    PublisherType: marketplace ? "Marketplace" : "Azure",
    ChargeType: "Usage",
    Model: from.model,
    ModelVersion: from.version,
    Deployment: from.name,
    DeploymentType: from.kind,
    TokenType: tokenType,
    Provider: marketplace ? "anthropic" : "azure.ai.openai",
    BillingStatus: from.prices[tokenType] === null ? "Unpriced" : "Billed",
  };
}

function* hours(): Generator<Date> {
  const end = Date.parse(NOW);
  for (let at = Date.UTC(2025, 11, 3); at < end; at += 3_600_000) yield new Date(at);
}

/** Every fact, an hour a row. */
export function facts(): readonly Fact[] {
  const next = random(7);
  const rows: Fact[] = [];
  const lines = DEPLOYMENTS.flatMap((from) =>
    Object.entries(from.prices).map(([type, price]) => ({
      from,
      type,
      price,
      of: dimensions(from, type),
      first: type === "input_text",
    })),
  );
  for (const hour of hours()) {
    const growth = 0.4 + 1.2 * ((hour.getTime() - Date.UTC(2025, 11, 3)) / 3.1e10);
    const workday = [0, 6].includes(hour.getUTCDay()) ? 0.35 : 1;
    const clock = 0.25 + Math.max(0, Math.sin(((hour.getUTCHours() - 5) / 24) * 2 * Math.PI));
    const key = hour.toISOString().slice(0, 13);
    for (const { from, type, price, of, first } of lines) {
      const calls = Math.floor(from.weight * growth * workday * clock * (4 + 6 * next()));
      if (calls === 0) continue;
      const tokens = Math.round(calls * (SHARE[type] ?? 100) * (0.7 + 0.6 * next()));
      const cost = price === null ? null : Math.round(tokens * price * 1000);
      rows.push({
        hour: key,
        of,
        tags: from.team ? { team: from.team } : {},
        cost,
        tokens,
        calls: first ? calls : calls,
      });
    }
  }
  return rows;
}
