/** Numbers on screen: the shown text, the exact decimal on hover and in a copy. */
import type { ReactNode } from "react";
import type { Known } from "../core/amount";
import { change, compact, money, signed, UNKNOWN } from "../core/format";

/** A number that carries its exact value. `reason` says why an unknown one is unknown. */
export function Figure(props: {
  value: Known;
  text: string;
  unit?: string;
  reason?: string;
}): ReactNode {
  const { value, text, unit, reason } = props;
  if (value === null)
    return (
      <span className="unknown" title={reason ?? "Not known"}>
        {UNKNOWN}
        <span className="hidden">{reason ?? "Not known"}</span>
      </span>
    );
  return (
    <data value={value} title={unit ? `${value} ${unit}` : value}>
      {text}
    </data>
  );
}

/** A change: absolute first, then relative. A rise is not bad in itself, so it has no colour. */
export function ChangeFigure(props: {
  now: Known;
  before: Known;
  digits: number;
  unit: string;
  /** Three significant digits, for counts. */
  short?: boolean;
}): ReactNode {
  const { now, before, digits, unit, short = false } = props;
  const found = change(now, before);
  if (!found) return <Figure value={null} text="" reason="One of the two periods is not known" />;
  const arrow = { "-1": "▼", "0": "■", "1": "▲" }[`${found.direction}`];
  const absolute = short ? compact(found.absolute) : money(found.absolute, digits);
  return (
    <span className="change">
      <span aria-hidden className="change-arrow">
        {arrow}
      </span>
      <Figure
        value={found.absolute}
        text={found.direction === 0 ? absolute : signed(absolute)}
        unit={unit}
      />{" "}
      <span className="secondary">({found.relative})</span>
    </span>
  );
}
