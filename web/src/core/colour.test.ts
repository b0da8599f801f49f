import { expect, test } from "vitest";
import { GREY, type Ink, inkOf, PALETTE, TOKEN_INKS, tokenInk, withSlots } from "./colour";

function luminance(hex: string): number {
  const channel = (at: number): number => {
    const value = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  return 0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5);
}

function contrast(a: string, b: string): number {
  const [high = 0, low = 0] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (high + 0.05) / (low + 0.05);
}

test("every colour stands out from both backgrounds", () => {
  for (const ink of [...PALETTE, ...Object.values(TOKEN_INKS)] as Ink[]) {
    expect(contrast(ink.light, "#FFFFFF"), ink.light).toBeGreaterThanOrEqual(3);
    expect(contrast(ink.dark, "#1F1F1F"), ink.dark).toBeGreaterThanOrEqual(3);
  }
});

test("no colour is there twice", () => {
  expect(new Set(PALETTE.map((ink) => ink.light)).size).toBe(PALETTE.length);
  expect(new Set(PALETTE.map((ink) => ink.dark)).size).toBe(PALETTE.length);
});

test("an identity keeps its colour when others come and go", () => {
  const first = withSlots({}, "Model", ["gpt-4.1", "gpt-4o"]);
  const later = withSlots(first, "Model", ["o3", "gpt-4o", "claude", "gpt-4.1"]);
  expect(inkOf(later, "Model", "gpt-4o")).toEqual(inkOf(first, "Model", "gpt-4o"));
});

test("as many identities as colours all differ", () => {
  const names = PALETTE.map((_, index) => `model-${index}`);
  const slots = withSlots({}, "Model", names);
  expect(new Set(names.map((name) => inkOf(slots, "Model", name))).size).toBe(PALETTE.length);
});

test("nothing new leaves the slots as they are", () => {
  const slots = withSlots({}, "Model", ["a"]);
  expect(withSlots(slots, "Model", ["a"])).toBe(slots);
});

test("what has no name is grey", () => {
  expect(inkOf({}, "Model", "")).toBe(GREY);
});

test("token types have the colours of their family", () => {
  expect(tokenInk("input_text")).toBe(TOKEN_INKS.input);
  expect(tokenInk("input_text_cached")).toBe(TOKEN_INKS.cached);
  expect(tokenInk("input_text_cache_write_5m")).toBe(TOKEN_INKS.cacheWrite);
  expect(tokenInk("output_reasoning")).toBe(TOKEN_INKS.reasoning);
  expect(tokenInk("input_audio_cached")).toBe(TOKEN_INKS.audio);
  expect(tokenInk("hours")).toBe(TOKEN_INKS.provisioned);
});
