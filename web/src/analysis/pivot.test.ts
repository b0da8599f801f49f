import { expect, test } from "vitest";
import type { Entry } from "./frame";
import { accumulated, layerAt, nearestTo, pivot } from "./pivot";

const record = (bucket: string, name: string, cost: string | null): Entry => ({
  bucket,
  group: [name],
  cost,
  tokens: "10",
  calls: "1",
});

const DAYS = ["2026-10-01", "2026-10-02", "2026-10-03"];

test("the dearest come first, missing points are unknown", () => {
  const picture = pivot(
    [
      record("2026-10-01", "a", "1"),
      record("2026-10-02", "b", "5"),
      record("2026-10-03", "a", "2"),
    ],
    DAYS,
    "cost",
  );
  expect(picture.series.map((series) => series.group)).toEqual([["b"], ["a"]]);
  expect(picture.series[1]?.values).toEqual(["1", null, "2"]);
  expect(picture.sums).toEqual(["1", "5", "2"]);
});

test("nine stand alone, the rest are the others", () => {
  const records = Array.from({ length: 47 }, (_, index) =>
    record("2026-10-01", `g${index}`, `${100 - index}.1`),
  );
  const picture = pivot(records, DAYS, "cost");
  expect(picture.series).toHaveLength(10);
  expect(picture.series[9]).toMatchObject({ group: null, members: 38 });
  expect(picture.sums[0]).toBe("3623.7");
});

test("ten groups need no others", () => {
  const records = Array.from({ length: 10 }, (_, index) => record("2026-10-01", `g${index}`, "1"));
  const picture = pivot(records, DAYS, "cost");
  expect(picture.series.every((series) => series.members === 1)).toBe(true);
});

test("running sums carry over gaps and end with what is known", () => {
  const picture = pivot(
    [record("2026-10-01", "a", "0.1"), record("2026-10-02", "b", "0.2")],
    DAYS,
    "cost",
  );
  const running = accumulated(picture, "2026-10-02");
  expect(running.sums).toEqual(["0.1", "0.3", null]);
  expect(running.series.find((one) => one.group?.[0] === "a")?.values).toEqual([
    "0.1",
    "0.1",
    null,
  ]);
});

test("a height in a stack names its layer", () => {
  const picture = pivot(
    [record("2026-10-01", "a", "3"), record("2026-10-01", "b", "1")],
    DAYS,
    "cost",
  );
  expect(layerAt(picture, 0, 2.9)?.group).toEqual(["a"]);
  expect(layerAt(picture, 0, 3.5)?.group).toEqual(["b"]);
  expect(layerAt(picture, 0, 4.5)).toBeNull();
  expect(nearestTo(picture, 0, 1.4)?.group).toEqual(["b"]);
  expect(nearestTo(picture, 1, 1)).toBeNull();
});
