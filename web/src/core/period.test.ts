import { expect, test } from "vitest";
import { buckets, comparison, isRange, moved, resolve, token } from "./period";

const TODAY = "2026-11-22";

test("presets are half-open spans of UTC days", () => {
  expect(resolve("this-month", TODAY)).toEqual({ from: "2026-11-01", until: "2026-12-01" });
  expect(resolve("last-month", "2026-01-31")).toEqual({ from: "2025-12-01", until: "2026-01-01" });
  expect(resolve("last-7-days", TODAY)).toEqual({ from: "2026-11-16", until: "2026-11-23" });
  expect(resolve("last-12-months", TODAY)).toEqual({ from: "2025-12-01", until: "2026-12-01" });
  expect(resolve("2026", TODAY)).toEqual({ from: "2026-01-01", until: "2027-01-01" });
});

test("a custom range names its last day", () => {
  expect(resolve("2026-10-03..2026-10-05", TODAY)).toEqual({
    from: "2026-10-03",
    until: "2026-10-06",
  });
});

test("nonsense is no range", () => {
  for (const text of [
    "",
    "yesterday",
    "2026-13",
    "2026-02-30..2026-03-01",
    "2026-10-05..2026-10-03",
  ])
    expect(isRange(text)).toBe(false);
});

test("moving goes by months or by days", () => {
  expect(token(moved(resolve("2026-03", TODAY), -1))).toBe("2026-02");
  expect(token(moved(resolve("2026", TODAY), -1))).toBe("2025");
  expect(token(moved(resolve("last-7-days", TODAY), -1))).toBe("2026-11-09..2026-11-15");
});

test("a past period is compared as a whole", () => {
  expect(comparison(resolve("2026-10", TODAY), TODAY)).toEqual({
    current: { from: "2026-10-01", until: "2026-11-01" },
    previous: { from: "2026-09-01", until: "2026-10-01" },
  });
});

test("an open period is compared over its complete days", () => {
  expect(comparison(resolve("this-month", TODAY), TODAY)).toEqual({
    current: { from: "2026-11-01", until: "2026-11-22" },
    previous: { from: "2026-10-01", until: "2026-10-22" },
  });
});

test("31 days are compared with at most the days that February has", () => {
  expect(comparison(resolve("2026-03", "2026-03-31"), "2026-03-31")?.previous).toEqual({
    from: "2026-02-01",
    until: "2026-03-01",
  });
});

test("on the first day nothing is complete", () => {
  expect(comparison(resolve("this-month", "2026-11-01"), "2026-11-01")).toBeNull();
});

test("points of a span", () => {
  const october = resolve("2026-10", TODAY);
  expect(buckets(october, "Daily")).toHaveLength(31);
  expect(buckets(october, "Hourly")[743]).toBe("2026-10-31T23");
  expect(buckets(resolve("2026", TODAY), "Monthly")).toHaveLength(12);
});
