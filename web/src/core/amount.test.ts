import { expect, test } from "vitest";
import { amount, byAmount, difference, perMillion, quotient, rounded, sum } from "./amount";

test("sums keep every digit that floats lose", () => {
  expect(sum(["0.1", "0.2"])).toBe("0.3");
  expect(sum(["9007199254740993.000000000001", "0.000000000002"])).toBe(
    "9007199254740993.000000000003",
  );
});

test("unknown is not zero", () => {
  expect(sum([])).toBeNull();
  expect(sum([null, null])).toBeNull();
  expect(sum([null, "1.5"])).toBe("1.5");
  expect(difference("1", null)).toBeNull();
});

test("an exponent is written out", () => {
  expect(amount("1.5E-7")).toBe("0.00000015");
  expect(amount("2e3")).toBe("2000");
});

test("zeros that say nothing are left out", () => {
  expect(["1200", "12.500", "7.000", "0.0", "-0.10"].map(amount)).toEqual([
    "1200",
    "12.5",
    "7",
    "0",
    "-0.1",
  ]);
});

test("a price per million tokens needs tokens", () => {
  expect(perMillion("0.0006", "400")).toBe("1.5");
  expect(perMillion("1", "0")).toBeNull();
  expect(perMillion(null, "10")).toBeNull();
});

test("quotients by zero are unknown", () => {
  expect(quotient("1", "0.00")).toBeNull();
});

test("ordering is by value, unknown last", () => {
  expect(["2", null, "10", "-1"].sort(byAmount)).toEqual(["10", "2", "-1", null]);
});

test("rounding is half away from zero", () => {
  expect(rounded("0.005", 2)).toBe("0.01");
  expect(rounded("-0.005", 2)).toBe("-0.01");
});
