import { expect, test } from "vitest";
import { treeOptions } from "./scopeTree";

test("children follow their parents, orphans stand at the top", () => {
  const options = treeOptions([
    { id: "/b", name: "Account", kind: "BillingAccount", parent: null },
    { id: "/s", name: "Sub", kind: "Subscription", parent: "/b" },
    { id: "/t", name: "Other", kind: "Subscription", parent: "/hidden" },
    { id: "/s/g", name: "Group", kind: "ResourceGroup", parent: "/s" },
  ]);
  expect(options.map(({ label, depth }) => [label, depth])).toEqual([
    ["Account", 0],
    ["Sub", 1],
    ["Group", 2],
    ["Other", 0],
  ]);
  expect(options[2]?.aside).toBe("Resource group");
});
