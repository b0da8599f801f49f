/** What people read in place of names that machines use. */
import type { Column } from "../api/query";
import quantities from "../core/quantities.json";
import type { Group } from "./frame";
import { columnName } from "./state";

const TOKEN_TYPES: Readonly<Record<string, string>> = quantities;

const DEPLOYMENT_TYPES: Readonly<Record<string, string>> = {
  GlobalStandard: "Global Standard",
  DataZoneStandard: "Data Zone Standard",
  GlobalBatch: "Global Batch",
  DataZoneBatch: "Data Zone Batch",
  GlobalProvisionedManaged: "Global Provisioned",
  DataZoneProvisionedManaged: "Data Zone Provisioned",
  ProvisionedManaged: "Provisioned",
  DeveloperTier: "Developer",
};

/** "input_text_cached" as "Cached input"; a name that is not registered here, spelt out. */
export function tokenTypeName(name: string): string {
  return TOKEN_TYPES[name] ?? sentence(name.replaceAll("_", " "));
}

/** A name inside a sentence: "Storage (GB-days)" as "storage (GB-days)". */
export function inSentence(name: string): string {
  return name.charAt(0).toLowerCase() + name.slice(1);
}

export function deploymentTypeName(name: string): string {
  return DEPLOYMENT_TYPES[name] ?? name;
}

/** The last part of a resource id. */
export function resourceName(id: string): string {
  return shortened(id.split("/").filter(Boolean).at(-1) ?? id);
}

// A Marketplace entry is named "[model]-[GUID]"; eight digits tell its entries apart.
const GUID_TAIL = /(?<=-[0-9a-f]{8})-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/i;

function shortened(name: string): string {
  return name.replace(GUID_TAIL, "…");
}

/** A dimension's name: "MeterSubCategory" as "Meter sub category", a tag's as "Tag team". */
export function columnLabel(column: Column, labels: ReadonlyMap<string, string>): string {
  if (column.type === "TagKey") return `Tag ${column.name}`;
  const spelt = column.name.replace(/([a-z])([A-Z])/g, (_, a, b) => `${a} ${b.toLowerCase()}`);
  return labels.get(columnName(column)) ?? spelt;
}

/** A value as people read it; a missing one says why it is missing. */
export function valueName(column: Column, value: string): string {
  if (value === "") return missingName(column);
  if (column.type === "TagKey") return value;
  if (column.name === "TokenType") return tokenTypeName(value);
  if (column.name === "DeploymentType") return deploymentTypeName(value);
  if (column.name.endsWith("Id") && value.startsWith("/")) return resourceName(value);
  return shortened(value);
}

/** A charge that is no use of tokens, such as a reservation's, has no token type; other facts of a
 * charge are missing because nobody told them. */
function missingName(column: Column): string {
  if (column.type === "TagKey") return "Untagged";
  return column.name === "TokenType" ? "No token type" : "Not told";
}

/** A group's name; null is what the others are called. */
export function groupName(grouping: readonly Column[], group: Group | null, members = 1): string {
  if (group === null) return `${members} others`;
  if (grouping.length === 0) return "All";
  return grouping.map((column, index) => valueName(column, group[index] ?? "")).join(" · ");
}

/** What decides a group's colour; null for the others and for what has no value. */
export function groupIdentity(grouping: readonly Column[], group: Group | null): string | null {
  if (group === null || (grouping.length > 0 && group.every((value) => value === ""))) return null;
  return grouping.length === 1 ? (group[0] ?? null) : JSON.stringify(group);
}

/** "NoPrice" as "No price"; what follows a colon is a name and stays as it is. */
export function reasonName(reason: string): string {
  const [code = "", ...names] = reason.split(":");
  const spelt = code.replace(/([a-z])([A-Z])/g, "$1 $2").toLowerCase();
  return [sentence(spelt), ...names].join(":");
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
