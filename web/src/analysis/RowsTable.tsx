/** The table of rows: groups, or points in time when nothing is grouped. */
import { type ReactNode, useMemo } from "react";
import type { Column } from "../api/query";
import type { Known } from "../core/amount";
import { count } from "../core/format";
import { type TableColumn, VirtualTable } from "../ui/VirtualTable";
import type { Answer } from "./answers";
import { type Desk, drilled, useDesk } from "./context";
import { type CostAnswers, comparedOver } from "./costAnswers";
import { type Group, groupKey, total } from "./frame";
import { columnLabel, valueName } from "./names";
import {
  changeColumn,
  costColumn,
  dateColumn,
  type Row,
  shareColumn,
  usageColumns,
} from "./rowColumns";
import { columnName } from "./state";

export function RowsTable({ answers }: { answers: CostAnswers }): ReactNode {
  const desk = useDesk();
  const dated = answers.points.question.grouping.length === 0;
  const answer = dated ? answers.points : answers.rows;
  const { complete, previous } = answers;
  const rows = useMemo(() => compared(answer, complete, previous), [answer, complete, previous]);
  const columns = useMemo(
    () => columnsOf(answer, answers, rows, desk),
    [answer, answers, rows, desk],
  );
  return (
    <>
      {answer.frame.truncated && (
        <p className="note">
          Showing {count(String(answer.frame.records.length))} of{" "}
          {count(String(answer.frame.total))} rows; the total covers all of them.
        </p>
      )}
      <VirtualTable
        key={answer.question.grouping.map(columnName).join(",")}
        label="All rows"
        rows={rows}
        columns={columns}
        order={dated ? { id: "date", descending: false } : { id: "cost", descending: true }}
        rowKey={({ entry }) => entry.bucket + groupKey(entry.group)}
      />
    </>
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

function columnsOf(
  answer: Answer,
  answers: CostAnswers,
  rows: readonly Row[],
  desk: Desk,
): readonly TableColumn<Row>[] {
  const { currency } = answer.frame;
  const { grouping } = answer.question;
  const of = answers.total.frame.records;
  const all = { cost: total(of, "cost"), tokens: total(of, "tokens"), calls: total(of, "calls") };
  const sums = { rows, currency, all };
  const dated = grouping.length === 0;
  return [
    ...(dated ? [dateColumn()] : grouping.map((_, index) => nameColumn(answer, index, desk))),
    costColumn(sums),
    shareColumn(all.cost),
    ...(dated ? [] : [changeColumn(currency, comparedOver(answers))]),
    ...usageColumns(sums),
  ];
}

/** The values of one grouping; each filters when clicked. */
function nameColumn(answer: Answer, index: number, desk: Desk): TableColumn<Row> {
  const { labels, state, move } = desk;
  const column = answer.question.grouping[index] as Column;
  const value = (row: Row): string => row.entry.group[index] ?? "";
  return {
    id: columnName(column),
    title: columnLabel(column, labels),
    compare: (a, b) => value(a).localeCompare(value(b)),
    cell: (row) => (
      <button
        type="button"
        className="cell-link"
        title={value(row) || undefined}
        onClick={(event) => move(drilled(state, [column], [value(row)], event.altKey))}
      >
        {valueName(column, value(row))}
      </button>
    ),
    total: index === 0 ? `Total of ${count(String(answer.frame.total))}` : "",
  };
}
