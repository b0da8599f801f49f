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

type Triple = readonly [number, number, number];

// Machado, Oliveira and Fernandes (2009), full severity, on linear RGB.
const SIGHTS = {
  full: [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  protan: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deutan: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritan: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
} as const;

function lab(hex: string, sight: readonly [Triple, Triple, Triple]): Triple {
  const rgb = [1, 3, 5].map((at) => {
    const value = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  const dot = (row: Triple, of: readonly number[]): number =>
    row.reduce((sum, factor, index) => sum + factor * (of[index] ?? 0), 0);
  const seen = sight.map((row) => Math.min(1, Math.max(0, dot(row, rgb))));
  const f = (value: number): number =>
    value > 216 / 24389 ? Math.cbrt(value) : (24389 / 27 / 116) * value + 16 / 116;
  const x = f(dot([0.4124564, 0.3575761, 0.1804375], seen) / 0.95047);
  const y = f(dot([0.2126729, 0.7151522, 0.072175], seen));
  const z = f(dot([0.0193339, 0.119192, 0.9503041], seen) / 1.08883);
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}

function closest(hexes: readonly string[], sight: readonly [Triple, Triple, Triple]): number {
  const points = hexes.map((hex) => lab(hex, sight));
  const distances = points.flatMap((a, index) =>
    points.slice(index + 1).map((b) => Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2])),
  );
  return Math.min(...distances);
}

test("token types differ for every kind of sight", () => {
  for (const [name, sight] of Object.entries(SIGHTS)) {
    for (const mode of ["light", "dark"] as const) {
      const hexes = Object.values(TOKEN_INKS).map((one) => one[mode]);
      expect(closest(hexes, sight), `${name} ${mode}`).toBeGreaterThanOrEqual(12);
    }
  }
});

test("identities differ for full sight", () => {
  for (const mode of ["light", "dark"] as const) {
    const hexes = PALETTE.map((one) => one[mode]);
    expect(closest(hexes, SIGHTS.full), mode).toBeGreaterThanOrEqual(12);
  }
});
