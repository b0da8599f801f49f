/** Copying gives exact decimals: what is selected as "1.24 M" is pasted as 1240318.2200047. */

const FIGURE = "data[value]";

/** Replaces what a copy puts on the clipboard. */
export function copyExactly(event: ClipboardEvent): void {
  const selection = document.getSelection();
  if (!selection || selection.isCollapsed || !event.clipboardData) return;
  const range = selection.getRangeAt(0);
  const inside = enclosing(range.commonAncestorContainer);
  const text = inside ? exactOf(inside, selection) : exactText(range);
  if (text === null) return;
  event.clipboardData.setData("text/plain", text);
  event.preventDefault();
}

function enclosing(node: Node): HTMLDataElement | null {
  const element = node instanceof Element ? node : node.parentElement;
  return element?.closest<HTMLDataElement>(FIGURE) ?? null;
}

// A part of a number is copied as it stands; only the whole of it means the amount.
function exactOf(figure: HTMLDataElement, selection: Selection): string | null {
  return selection.toString().trim() === figure.textContent?.trim() ? figure.value : null;
}

function exactText(range: Range): string | null {
  const copy = range.cloneContents();
  const figures = copy.querySelectorAll<HTMLDataElement>(FIGURE);
  if (figures.length === 0) return null;
  for (const figure of figures) figure.textContent = figure.value;
  for (const cell of copy.querySelectorAll("td, th")) cell.append("\t");
  for (const row of copy.querySelectorAll("tr")) row.append("\n");
  return (copy.textContent ?? "").replace(/\t\n/g, "\n").trim();
}
