/** The view as CSV (RFC 4180): a row a point and group, exact decimals, unknown left empty. */
import type { Answer } from "./answers";
import { columnName } from "./state";

// A spreadsheet runs a text that begins like a formula; usage data comes from many hands.
const FORMULA = /^[=+\-@\t\r]/;

/** The text of the file. */
export function csv({ question, frame }: Answer): string {
  const dated = question.granularity !== "None";
  const head = [
    ...(dated ? ["Date"] : []),
    ...question.grouping.map(columnName),
    "Cost",
    "Currency",
    "TokenCount",
    "CallCount",
  ];
  const rows = frame.records.map((entry) => [
    ...(dated ? [entry.bucket] : []),
    ...entry.group.map(harmless),
    entry.cost ?? "",
    frame.currency,
    entry.tokens ?? "",
    entry.calls ?? "",
  ]);
  return [head, ...rows].map((cells) => `${cells.map(quoted).join(",")}\r\n`).join("");
}

function harmless(text: string): string {
  return FORMULA.test(text) ? `'${text}` : text;
}

function quoted(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Hands a file to the reader. */
export function download(name: string, text: string): void {
  const link = document.createElement("a");
  // The mark at the start makes spreadsheets read the file as UTF-8.
  link.href = URL.createObjectURL(new Blob(["\ufeff", text], { type: "text/csv;charset=utf-8" }));
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}
