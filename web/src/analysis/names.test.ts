import { expect, test } from "vitest";
import {
  columnLabel,
  groupIdentity,
  groupName,
  inSentence,
  reasonName,
  tokenTypeName,
  valueName,
} from "./names";

const dimension = (name: string) => ({ type: "Dimension", name }) as const;
const TEAM = { type: "TagKey", name: "team" } as const;

test("token types are named for people", () => {
  expect(tokenTypeName("input_text_cached")).toBe("Cached input");
  expect(tokenTypeName("audio_seconds")).toBe("Audio seconds");
  expect(tokenTypeName("storage_gb_days")).toBe("Storage (GB-days)");
  expect(inSentence("Storage (GB-days)")).toBe("storage (GB-days)");
});

test("a missing value says why it is missing", () => {
  expect(valueName(TEAM, "")).toBe("Untagged");
  expect(valueName(dimension("Model"), "")).toBe("Not told");
  expect(valueName(dimension("TokenType"), "")).toBe("No token type");
});

test("a resource is known by its last part, a Marketplace entry by the start of its GUID", () => {
  const id =
    "/subscriptions/s/providers/Microsoft.SaaS/resources/claude-67aa99d3-f93f-5ceb-a2b0-0123456789ab";
  expect(valueName(dimension("ResourceId"), id)).toBe("claude-67aa99d3…");
  expect(valueName(dimension("SubscriptionId"), "67aa99d3-f93f-5ceb-a2b0-0123456789ab")).toBe(
    "67aa99d3-f93f-5ceb-a2b0-0123456789ab",
  );
});

test("groups", () => {
  expect(groupName([dimension("Model"), TEAM], ["o3", ""])).toBe("o3 · Untagged");
  expect(groupName([TEAM], null, 38)).toBe("38 others");
  expect(groupIdentity([TEAM], [""])).toBeNull();
  expect(groupIdentity([dimension("Model")], ["o3"])).toBe("o3");
});

test("columns without a label are spelt out", () => {
  expect(columnLabel(dimension("ChargeType"), new Map())).toBe("Charge type");
  expect(columnLabel(dimension("Model"), new Map([["Model", "AI model"]]))).toBe("AI model");
});

test("reasons", () => {
  expect(reasonName("NoPrice")).toBe("No price");
  expect(reasonName("NoSuchModel: gpt-X")).toBe("No such model: gpt-X");
});
