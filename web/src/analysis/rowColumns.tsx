/** The columns of the table of rows, each with its exact total. */
import type { ReactNode } from "react";
import {
  type Amount,
  byAmount,
  difference,
  type Known,
  perMillion,
  quotient,
} from "../core/amount";
import {
  bucketText,
  columnDigits,
  compact,
  count,
  minorUnits,
  money,
  percent,
  priceDigits,
  roundingGap,
  shortSpan,
} from "../core/format";
import type { Comparison } from "../core/period";
import { ChangeFigure, Figure } from "../ui/Figure";
import type { TableColumn } from "../ui/VirtualTable";
import type { Entry } from "./frame";

/** A group or a point, with what it cost over the complete days, now and before. */
export interface Row {
  readonly entry: Entry;
  readonly now: Known;
  readonly before: Known;
}

/** What the columns of numbers share. */
export interface Sums {
  readonly rows: readonly Row[];
  readonly currency: string;
  readonly all: { readonly cost: Known; readonly tokens: Known; readonly calls: Known };
}

const largest =
  (pick: (row: Row) => Known) =>
  (a: Row, b: Row): number =>
    byAmount(pick(b), pick(a));

/** Points in time as the name of a row. */
export function dateColumn(): TableColumn<Row> {
  return {
    id: "date",
    title: "Date, UTC",
    compare: (a, b) => a.entry.bucket.localeCompare(b.entry.bucket),
    cell: ({ entry }) => (entry.bucket === "" ? "All" : bucketText(entry.bucket, "long")),
    total: "Total",
  };
}

/** Cost, with a mark where the rounded rows do not add up. */
export function costColumn({ rows, currency, all }: Sums): TableColumn<Row> {
  const digits = columnDigits(
    rows.map((row) => row.entry.cost),
    currency,
  );
  const gap = roundingGap(
    rows.map((row) => row.entry.cost),
    all.cost,
    digits,
  );
  const off = gap === null ? null : `The rounded rows miss this exact total by ${gap} ${currency}`;
  return {
    id: "cost",
    title: `Cost, ${currency}`,
    number: true,
    compare: largest((row) => row.entry.cost),
    cell: ({ entry }) => (
      <Figure
        value={entry.cost}
        text={money(entry.cost, digits)}
        unit={currency}
        reason="No priced usage"
      />
    ),
    total: (
      <span title={off ?? undefined}>
        {off && <abbr title={off}>≈ </abbr>}
        <Figure
          value={all.cost}
          text={money(all.cost, digits)}
          unit={currency}
          reason="No priced usage"
        />
      </span>
    ),
  };
}

export function shareColumn(whole: Known): TableColumn<Row> {
  return {
    id: "share",
    title: "Share",
    number: true,
    compare: largest((row) => row.entry.cost),
    cell: ({ entry }) => (
      <Figure
        value={quotient(entry.cost, whole)}
        text={percent(quotient(entry.cost, whole))}
        unit={`= ${entry.cost} / ${whole}`}
        reason="No priced usage"
      />
    ),
    total: "",
  };
}

export function changeColumn(currency: string, over: Comparison | null): TableColumn<Row> {
  const spans = over
    ? `Complete days: ${shortSpan(over.current)} against ${shortSpan(over.previous)}`
    : "No complete day to compare yet";
  return {
    id: "change",
    title: `Change, ${currency}`,
    hint: spans,
    number: true,
    compare: largest((row) => difference(row.now, row.before)),
    cell: ({ now, before }) => (
      <ChangeFigure {...{ now, before }} digits={minorUnits(currency)} unit={currency} />
    ),
    total: "",
  };
}

export function usageColumns({ rows, currency, all }: Sums): readonly TableColumn<Row>[] {
  const blended = ({ entry }: Row): Known => perMillion(entry.cost, entry.tokens);
  const digits = priceDigits(rows.map(blended), currency);
  const written = (value: Known): ReactNode => (
    <Figure
      value={value}
      text={money(value, digits)}
      unit={currency}
      reason="Needs priced tokens"
    />
  );
  return [
    {
      id: "tokens",
      title: "Tokens",
      number: true,
      compare: largest((row) => row.entry.tokens),
      cell: ({ entry }) => <Tokens value={entry.tokens} />,
      total: <Tokens value={all.tokens} />,
    },
    {
      id: "calls",
      title: "Calls",
      hint: "A call that has several lines counts in each of their rows, and once in the total",
      number: true,
      compare: largest((row) => row.entry.calls),
      cell: ({ entry }) => <Figure value={entry.calls} text={count(entry.calls)} />,
      total: <Figure value={all.calls} text={count(all.calls)} />,
    },
    {
      id: "price",
      title: `Per 1 M tokens, ${currency}`,
      hint: "Blended over all token types of the row",
      number: true,
      compare: largest(blended),
      cell: (row) => written(blended(row)),
      total: written(perMillion(all.cost, all.tokens)),
    },
  ];
}

function Tokens({ value: tokens }: { value: Amount | null }): ReactNode {
  return (
    <Figure value={tokens} text={compact(tokens)} unit="tokens" reason="Not counted in tokens" />
  );
}
