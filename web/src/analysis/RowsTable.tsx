/** The table of groups: cost, share, change, tokens, calls, blended price, and exact totals. */
import { type ReactNode, useMemo } from "react";
import {
  type Amount,
  byAmount,
  difference,
  type Known,
  perMillion,
  quotient,
} from "../core/amount";
import {
  columnDigits,
  compact,
  count,
  money,
  percent,
  price,
  roundingGap,
  shortSpan,
} from "../core/format";
import { ChangeFigure, Figure } from "../ui/Figure";
import { Panel } from "../ui/Panel";
import { type TableColumn, VirtualTable } from "../ui/VirtualTable";
import type { Answer, Asked, Questions } from "./answers";
import { drilled, useDesk } from "./context";
import { type Entry, type Group, groupKey, total } from "./frame";
import { columnLabel, groupName, valueName } from "./names";
import { columnName } from "./state";

/** A group with what it cost over the complete days, now and before. */
interface Row {
  readonly entry: Entry;
  readonly now: Known;
  readonly before: Known;
}

export function RowsTable(props: {
  questions: Questions;
  asked: Asked;
  whole: Asked;
  complete: Asked;
  previous: Asked;
}): ReactNode {
  const { questions, asked, whole, complete, previous } = props;
  const { answer } = asked;
  const rows = useMemo(
    () => (answer ? compared(answer, complete.answer, previous.answer) : []),
    [answer, complete.answer, previous.answer],
  );
  const columns = useColumns(answer, whole.answer, rows, questions);
  return (
    <Panel waiting={asked.waiting} height={34 * 8} label="Rows" className="rows-panel">
      {answer?.frame.truncated && (
        <p className="note">
          Showing {count(String(answer.frame.records.length))} of{" "}
          {count(String(answer.frame.total))} rows; the total covers all of them.
        </p>
      )}
      <VirtualTable
        key={answer?.question.grouping.map(columnName).join(",") ?? ""}
        label="Rows"
        rows={rows}
        columns={columns}
        order={{ id: "cost", descending: true }}
        rowKey={(row) => groupKey(row.entry.group)}
      />
    </Panel>
  );
}

function compared(
  answer: Answer,
  complete: Answer | null,
  previous: Answer | null,
): readonly Row[] {
  const now = costs(complete);
  const before = costs(previous);
  return answer.frame.records.map((entry) => ({
    entry,
    now: at(now, entry.group),
    before: at(before, entry.group),
  }));
}

function costs(answer: Answer | null): ReadonlyMap<string, Known> | null {
  return answer && new Map(answer.frame.records.map((one) => [groupKey(one.group), one.cost]));
}

// A group without a row had no usage, which is zero; a row without a price is unknown.
function at(all: ReadonlyMap<string, Known> | null, group: Group): Known {
  const found = all?.get(groupKey(group));
  return all === null ? null : found === undefined ? "0" : found;
}

const largest =
  (pick: (row: Row) => Known) =>
  (a: Row, b: Row): number =>
    byAmount(pick(b), pick(a));

function useColumns(
  answer: Answer | null,
  whole: Answer | null,
  rows: readonly Row[],
  questions: Questions,
): readonly TableColumn<Row>[] {
  const names = useNameColumns(answer);
  return useMemo(() => {
    if (!answer) return names;
    const { currency } = answer.frame;
    const sums = whole?.frame.records ?? [];
    const all = {
      cost: total(sums, "cost"),
      tokens: total(sums, "tokens"),
      calls: total(sums, "calls"),
    };
    const common = { rows, currency, all };
    return [
      ...names,
      costColumn(common),
      shareColumn(all.cost),
      changeColumn(currency, questions),
      ...usageColumns(common),
    ];
  }, [answer, whole, rows, names, questions]);
}

interface Common {
  readonly rows: readonly Row[];
  readonly currency: string;
  readonly all: { readonly cost: Known; readonly tokens: Known; readonly calls: Known };
}

function useNameColumns(answer: Answer | null): readonly TableColumn<Row>[] {
  const { labels, state, move } = useDesk();
  const grouping = answer?.question.grouping ?? [];
  const key = grouping.map(columnName).join(",");
  return useMemo(() => {
    if (grouping.length === 0) return [plainName()];
    return grouping.map((column, index) => ({
      id: columnName(column),
      title: columnLabel(column, labels),
      compare: (a, b) => value(a, index).localeCompare(value(b, index)),
      cell: (row) => (
        <button
          type="button"
          className="cell-link"
          title={value(row, index) || undefined}
          onClick={(event) => move(drilled(state, [column], [value(row, index)], event.altKey))}
        >
          {valueName(column, value(row, index))}
        </button>
      ),
      total: index === 0 ? `Total of ${count(String(answer?.frame.total ?? 0))}` : "",
    }));
  }, [key, labels, state, move, answer]);
}

const value = (row: Row, index: number): string => row.entry.group[index] ?? "";

function plainName(): TableColumn<Row> {
  return {
    id: "all",
    title: "Costs",
    compare: () => 0,
    cell: () => groupName([], []),
    total: "Total",
  };
}

function costColumn({ rows, currency, all }: Common): TableColumn<Row> {
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
        reason="No price"
      />
    ),
    total: (
      <span title={off ?? undefined}>
        {off && <abbr title={off}>≈ </abbr>}
        <Figure value={all.cost} text={money(all.cost, digits)} unit={currency} reason="No price" />
      </span>
    ),
  };
}

function shareColumn(whole: Known): TableColumn<Row> {
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
        reason="No price"
      />
    ),
    total: "",
  };
}

function changeColumn(currency: string, { comparison }: Questions): TableColumn<Row> {
  const spans = comparison
    ? `Complete days: ${shortSpan(comparison.current)} against ${shortSpan(comparison.previous)}`
    : "No complete day to compare yet";
  return {
    id: "change",
    title: `Change, ${currency}`,
    hint: spans,
    number: true,
    compare: largest((row) => difference(row.now, row.before)),
    cell: ({ now, before }) => <ChangeFigure {...{ now, before }} digits={2} unit={currency} />,
    total: "",
  };
}

function usageColumns({ currency, all }: Common): readonly TableColumn<Row>[] {
  const blended = ({ entry }: Row): Known => perMillion(entry.cost, entry.tokens);
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
      cell: (row) => <Price value={blended(row)} currency={currency} />,
      total: <Price value={perMillion(all.cost, all.tokens)} currency={currency} />,
    },
  ];
}

function Tokens({ value: tokens }: { value: Amount | null }): ReactNode {
  return (
    <Figure value={tokens} text={compact(tokens)} unit="tokens" reason="Not counted in tokens" />
  );
}

function Price({ value: blended, currency }: { value: Known; currency: string }): ReactNode {
  return (
    <Figure
      value={blended}
      text={price(blended, currency)}
      unit={currency}
      reason="Needs priced tokens"
    />
  );
}
