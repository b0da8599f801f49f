import { expect, test } from "vitest";
import { type Analysis, narrowed, read, started, write } from "./state";

const MODEL = { type: "Dimension", name: "Model" } as const;
const TEAM = { type: "TagKey", name: "team" } as const;

test("the start page has no parameters", () => {
  expect(write(read(""))).toBe("");
  expect(read("")).toEqual(started("accumulated", "/"));
});

test("an address is readable", () => {
  const state: Analysis = {
    ...started("accumulated", "/subscriptions/s/resourceGroups/rg"),
    range: "2026-10",
    grouping: [MODEL, TEAM],
    conditions: [{ column: TEAM, exclude: false, values: ["search", "ads"] }],
  };
  expect(write(state)).toBe(
    "?scope=/subscriptions/s/resourceGroups/rg&range=2026-10&group=Model,tag:team" +
      "&filter=tag:team:search,ads",
  );
});

test("every state survives its address", () => {
  const odd = ["a,b", "50%", "c:d", "e f+g&h=i", "", "ü?#", "%2C"];
  const state: Analysis = {
    scope: "/providers/Microsoft.Billing/billingAccounts/a:b_2019-05-31",
    view: "daily",
    range: "2026-10-01..2026-10-05",
    granularity: "Hourly",
    accumulated: true,
    grouping: [],
    conditions: [
      { column: { type: "TagKey", name: "cost:centre,x" }, exclude: true, values: odd },
      { column: MODEL, exclude: false, values: ["gpt-4.1"] },
    ],
    metric: "tokens",
    chart: "line",
  };
  expect(read(write(state))).toEqual(state);
});

test("what is not understood is the view's own", () => {
  const state = read("?view=pie&range=2026-99&granularity=Weekly&metric=x&chart=y&filter=nothing");
  expect(state).toEqual(started("accumulated", "/"));
});

test("no grouping is told apart from the view's grouping", () => {
  expect(read("?view=daily").grouping).toEqual([MODEL]);
  expect(read("?view=daily&group=none").grouping).toEqual([]);
});

test("narrowing twice to the same values undoes it", () => {
  const start = started("daily", "/");
  const once = narrowed(start, MODEL, ["o3"]);
  expect(once.conditions).toEqual([{ column: MODEL, exclude: false, values: ["o3"] }]);
  expect(narrowed(once, MODEL, ["gpt-4o"]).conditions).toHaveLength(1);
  expect(narrowed(once, MODEL, ["o3"]).conditions).toEqual([]);
});

test("excluding stands beside including", () => {
  const state = narrowed(narrowed(started("daily", "/"), TEAM, ["a"]), MODEL, ["o3"], true);
  expect(state.conditions.map((condition) => condition.exclude)).toEqual([false, true]);
});
