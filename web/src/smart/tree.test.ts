import { expect, test } from "vitest";
import type { Entry } from "../analysis/frame";
import { cacheHits, costPerMillion, costPerRequest, tree, visible } from "./tree";

const place = (resource: string, deployment: string): string[] => [
  `/subscriptions/s/${resource}`,
  deployment,
  "gpt-4.1",
  "2025-04-14",
  "GlobalStandard",
];

const line = (group: string[], cost: string | null, tokens: string, calls = "3"): Entry => ({
  bucket: "",
  group,
  cost,
  tokens,
  calls,
});

const CHAT = place("a", "chat");
const NIGHT = place("b", "night");

const MATERIAL = {
  lines: [
    line([...CHAT, "input_text"], "1.1", "300"),
    line([...CHAT, "input_text_cached"], "0.2", "100"),
    line([...CHAT, "output_text"], "2.3", "50"),
    line([...NIGHT, "output_text"], null, "50"),
  ],
  calls: [line(CHAT, "3.6", "450", "9"), line(NIGHT, null, "50", "2")],
  now: [line([...CHAT, "output_text"], "2", "1")],
  before: [],
};

test("three levels, dearest first, unknown last", () => {
  const [first, second] = tree(MATERIAL);
  expect(first?.name).toBe("a");
  expect(first?.cost).toBe("3.6");
  expect(second?.cost).toBeNull();
  expect(first?.children[0]?.detail).toBe("gpt-4.1 · 2025-04-14 · Global Standard");
  expect(first?.children[0]?.children.map((node) => node.name)).toEqual([
    "Output",
    "Input",
    "Cached input",
  ]);
});

test("calls are counted per deployment, not per token type", () => {
  const [first] = tree(MATERIAL);
  expect(first?.calls).toBe("9");
  expect(first?.children[0]?.children[0]?.calls).toBeNull();
});

test("ratios of a deployment", () => {
  const deployment = tree(MATERIAL)[0]?.children[0];
  if (!deployment) throw new Error("no deployment");
  expect(cacheHits(deployment)).toBe("0.25");
  expect(costPerRequest(deployment)).toBe("0.4");
  expect(costPerMillion(deployment)).toBe("8000");
});

test("nothing cached at all is no ratio", () => {
  const night = tree(MATERIAL)[1]?.children[0];
  expect(night && cacheHits(night)).toBeNull();
});

test("a line that did not exist before cost nothing before", () => {
  const [first] = tree(MATERIAL);
  expect([first?.now, first?.before]).toEqual(["2", "0"]);
  expect(tree({ ...MATERIAL, before: null })[0]?.before).toBeNull();
});

test("only the children of open nodes are seen", () => {
  const nodes = tree(MATERIAL);
  expect(visible(nodes, new Set())).toHaveLength(2);
  const open = new Set([nodes[0]?.id ?? ""]);
  expect(visible(nodes, open).map((row) => row.level)).toEqual([1, 2, 1]);
});
