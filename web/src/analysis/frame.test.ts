import { expect, test } from "vitest";
import type { Table } from "../api/query";
import { byGroup, frame, total } from "./frame";

const MODEL = { type: "Dimension", name: "Model" } as const;
const TEAM = { type: "TagKey", name: "team" } as const;

const table = (columns: string[], ...rows: (string | null)[][]): Table => ({
  columns,
  rows,
  total: rows.length,
  unpriced: [],
});

const DAILY = [
  "Cost",
  "TokenCount",
  "CallCount",
  "UsageDate",
  "TagKey",
  "TagValue",
  "Model",
  "Currency",
];

test("a tag takes two columns, its value is the group", () => {
  const { records } = frame(
    table(DAILY, ["0.30000000001", "1200", "3", "20261015", "team", "search", "o3", "USD"]),
    [TEAM, MODEL],
    "USD",
  );
  expect(records).toEqual([
    {
      bucket: "2026-10-15",
      group: ["search", "o3"],
      cost: "0.30000000001",
      tokens: "1200",
      calls: "3",
    },
  ]);
});

test("hours and months", () => {
  const head = ["Cost", "TokenCount", "CallCount"];
  const hour = table(
    [...head, "UsageTime", "Currency"],
    ["1", "2", "3", "2026-10-15T10:00:00", "USD"],
  );
  expect(frame(hour, [], "USD").records[0]?.bucket).toBe("2026-10-15T10");
  const month = table(
    [...head, "BillingMonth", "Currency"],
    ["1", "2", "3", "2026-10-01T00:00:00", "USD"],
  );
  expect(frame(month, [], "USD").records[0]?.bucket).toBe("2026-10");
});

test("null stays unknown and is no zero in a sum", () => {
  const head = ["Cost", "TokenCount", "CallCount", "Model", "Currency"];
  const { records } = frame(
    table(head, [null, "10", "1", "x", "USD"], ["1.10", "5", "1", "y", "USD"]),
    [MODEL],
    "USD",
  );
  expect(records[0]?.cost).toBeNull();
  expect(total(records, "cost")).toBe("1.1");
  expect(total(records.slice(0, 1), "cost")).toBeNull();
});

test("currencies are never added", () => {
  const head = ["Cost", "TokenCount", "CallCount", "Currency"];
  const mixed = frame(
    table(head, ["1", "1", "1", "USD"], ["2", "1", "1", "EUR"], [null, "7", "1", ""]),
    [],
    "EUR",
  );
  expect(mixed.currency).toBe("EUR");
  expect(total(mixed.records, "cost")).toBe("2");
  expect(total(mixed.records, "tokens")).toBe("8");
  expect(mixed.others).toEqual([{ currency: "USD", cost: "1" }]);
});

test("groups add up exactly over their points", () => {
  const head = ["Cost", "TokenCount", "CallCount", "UsageDate", "Model", "Currency"];
  const { records } = frame(
    table(
      head,
      ["0.1", "1", "1", "20261001", "a", "USD"],
      ["0.2", "2", "1", "20261002", "a", "USD"],
      [null, "2", "1", "20261002", "b", "USD"],
    ),
    [MODEL],
    "USD",
  );
  expect(byGroup(records).map(({ cost, tokens }) => [cost, tokens])).toEqual([
    ["0.3", "3"],
    [null, "2"],
  ]);
});

test("more rows than were read are noticed", () => {
  const part = { ...table(["Cost", "Currency"], ["1", "USD"]), total: 2 };
  expect(frame(part, [], "USD").truncated).toBe(true);
});
