import { expect, test } from "vitest";
import {
  bucketText,
  change,
  columnDigits,
  compact,
  figure,
  minorUnits,
  money,
  percent,
  priceDigits,
  roundingGap,
  spanText,
} from "./format";

const plain = (text: string): string => text.replace(/\u00a0|\u2009|\u202f/g, " ");

test("every digit of a large exact amount survives", () => {
  expect(money("9007199254740993.12", 2, "en")).toBe("9,007,199,254,740,993.12");
});

test("the reader's locale writes the number", () => {
  expect(money("1234567.891", 2, "de")).toBe("1.234.567,89");
  expect(money("-1234.5", 2, "en")).toBe("\u22121,234.50");
});

test("unknown, zero and next to nothing are three things", () => {
  expect(money(null, 2, "en")).toBe("–");
  expect(money("0", 2, "en")).toBe("0.00");
  expect(plain(money("0.0049", 2, "en"))).toBe("< 0.01");
  expect(plain(money("-0.0049", 2, "en"))).toBe("> \u22120.01");
  expect(money("0.005", 2, "en")).toBe("0.01");
});

test("minor units follow the currency", () => {
  expect(minorUnits("USD")).toBe(2);
  expect(minorUnits("JPY")).toBe(0);
  expect(minorUnits("not a code")).toBe(2);
});

test("a column below one shows four significant digits of its largest", () => {
  expect(columnDigits(["0.0123", "0.001"], "USD")).toBe(5);
  expect(columnDigits(["1.5", "0.001"], "USD")).toBe(2);
  expect(columnDigits([null, "0"], "USD")).toBe(2);
});

test("figures are whole up to a million", () => {
  expect(figure("999999.99", 2, "en")).toBe("999,999.99");
  expect(plain(figure("1243000", 2, "en"))).toBe("1.24 M");
});

test("tokens have three significant digits", () => {
  expect(plain(compact("1234567", "en"))).toBe("1.23 M");
  expect(plain(compact("28000000", "en-GB"))).toBe("28.0 M");
  expect(compact("28", "en")).toBe("28");
});

test("a column with a price below one keeps four decimals", () => {
  expect(priceDigits(["0.0375", "2.5"], "USD")).toBe(4);
  expect(priceDigits([null, "0", "2.5"], "USD")).toBe(2);
});

test("percent", () => {
  expect(percent("0.0321", "en")).toBe("3.2%");
});

test("a change is absolute, then relative", () => {
  expect(change("110", "100", "en")).toEqual({ absolute: "10", direction: 1, relative: "+10.0%" });
  expect(change("90", "100", "en")?.relative).toBe("\u221210.0%");
  expect(change("5", "0", "en")?.relative).toBe("new");
  expect(change("0", "5", "en")).toEqual({ absolute: "-5", direction: -1, relative: "gone" });
  expect(change("0", "0", "en")?.relative).toBe("0.0%");
  expect(plain(change("1100", "100", "en")?.relative ?? "")).toBe("11 times");
  expect(change(null, "5", "en")).toBeNull();
  expect(change("5", null, "en")).toBeNull();
});

test("rounded rows that do not add up are noticed", () => {
  expect(roundingGap(["0.004", "0.004"], "0.008", 2)).toBe("0.01");
  expect(roundingGap(["1.00", "2.00", null], "3.00", 2)).toBeNull();
});

test("dates are UTC days in the reader's words", () => {
  expect(spanText({ from: "2026-10-01", until: "2026-11-01" }, "en")).toBe("October 2026");
  expect(spanText({ from: "2026-01-01", until: "2027-01-01" }, "en")).toBe("2026");
  expect(plain(spanText({ from: "2026-11-01", until: "2026-11-23" }, "en"))).toBe(
    "Nov 1 – 22, 2026",
  );
  expect(plain(spanText({ from: "2025-12-01", until: "2026-12-01" }, "en"))).toBe(
    "Dec 2025 – Nov 2026",
  );
  expect(bucketText("2026-11-22", "short", "en")).toBe("Nov 22");
  expect(bucketText("2026-11-22T09", "short", "en")).toBe("Nov 22, 09:00");
  expect(bucketText("2026-11", "short", "en")).toBe("Nov 2026");
});
