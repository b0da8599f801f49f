/** What hovering says: the rows of that point, largest first, their sum and shares. */
import { byAmount, type Known, quotient, sum } from "../core/amount";
import { bucketText, percent, UNKNOWN } from "../core/format";
import type { Drawing } from "./chartOption";

/** How a value of the measure is written. */
export type Writer = (value: Known) => string;

export function pointName(drawing: Drawing, index: number): string {
  const bucket = drawing.picture.buckets[index] ?? "";
  if (drawing.picture.buckets.length === 1 && bucket === "") return drawing.names[index] ?? "";
  const growing = bucket === drawing.unfinished ? ", so far" : "";
  return bucketText(bucket, "long") + growing;
}

/** The tip of a point as plain elements; names come from usage and are never read as markup. */
export function tipOf(drawing: Drawing, write: Writer, index: number): HTMLElement {
  const { picture } = drawing;
  const ranked = picture.buckets.length === 1 && picture.buckets[0] === "";
  const at = ranked ? 0 : index;
  const total = picture.sums[at] ?? null;
  const rows = picture.series
    .map((series, order) => ({ value: series.values[at] ?? null, order }))
    .filter(({ value, order }) => (ranked ? order === index : value !== null))
    .sort((a, b) => byAmount(a.value, b.value));
  const root = element("div", "tip");
  root.append(element("div", "tip-title", pointName(drawing, index)));
  const table = root.appendChild(element("table", ""));
  for (const { value, order } of rows) {
    const colour = drawing.colours[order] ?? "";
    const share = percent(quotient(value, total));
    table.append(row(colour, drawing.names[order] ?? "", write(value), share));
  }
  if (rows.length !== 1)
    table.append(row("", "Total", total === null ? UNKNOWN : write(total), ""));
  return root;
}

/** The same in one sentence, for screen readers. */
export function spokenTip(drawing: Drawing, write: Writer, index: number): string {
  const total = sum([drawing.picture.sums[index] ?? null]);
  return `${pointName(drawing, index)}: ${total === null ? "not known" : write(total)}`;
}

function row(colour: string, name: string, value: string, share: string): HTMLElement {
  const line = element("tr", colour ? "" : "tip-total");
  const mark = element("td", "tip-mark");
  if (colour) mark.append(swatch(colour));
  line.append(mark, element("td", "tip-name", name));
  line.append(element("td", "tip-value", value), element("td", "tip-share", share));
  return line;
}

function swatch(colour: string): HTMLElement {
  const mark = element("span", "swatch");
  mark.style.background = colour;
  return mark;
}

function element(tag: string, className: string, text?: string): HTMLElement {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}
