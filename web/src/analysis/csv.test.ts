import { expect, test } from "vitest";
import type { Answer } from "./answers";
import { csv } from "./csv";

const answer = (
  granularity: "None" | "Daily",
  ...rows: [string, string, string | null][]
): Answer => ({
  question: {
    type: "ActualCost",
    span: { from: "2026-10-01", until: "2026-11-01" },
    granularity,
    grouping: [{ type: "TagKey", name: "team" }],
    conditions: [],
  },
  table: { columns: [], rows: [], total: rows.length, unpriced: [] },
  frame: {
    currency: "USD",
    records: rows.map(([bucket, group, cost]) => ({
      bucket,
      group: [group],
      cost,
      tokens: "7",
      calls: "1",
    })),
    others: [],
    total: rows.length,
    truncated: false,
  },
});

test("amounts are exact and unknown ones empty", () => {
  const text = csv(
    answer("Daily", ["2026-10-01", "a", "0.123456789012345678"], ["2026-10-02", "a", null]),
  );
  expect(text).toBe(
    "Date,tag:team,Cost,Currency,TokenCount,CallCount\r\n" +
      "2026-10-01,a,0.123456789012345678,USD,7,1\r\n" +
      "2026-10-02,a,,USD,7,1\r\n",
  );
});

test("text is quoted where it must be, and is never a formula", () => {
  const text = csv(answer("None", ["", 'a "b", c', "1"], ["", "=1+1", "-2"]));
  expect(text.split("\r\n").slice(1, 3)).toEqual(['"a ""b"", c",1,USD,7,1', "'=1+1,-2,USD,7,1"]);
});
