/** The table of rows: groups, or points in time when nothing is grouped. */
import { type ReactNode, useMemo } from "react";
import type { Column } from "../api/query";
import type { Known } from "../core/amount";
import { count } from "../core/format";
import { Panel } from "../ui/Panel";
import { type TableColumn, VirtualTable } from "../ui/VirtualTable";
import type { Answer, Asked, Questions } from "./answers";
import { type Desk, drilled, useDesk } from "./context";
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

export function RowsTable(props: {
  questions: Questions;
  asked: Asked;
  whole: Asked;
  complete: Asked;
  previous: Asked;
}): ReactNode {
  const { questions, asked, whole, complete, previous } = props;
  const desk = useDesk();
  const { answer } = asked;
  const rows = useMemo(
    () => (answer ? compared(answer, complete.answer, previous.answer) : []),
    [answer, complete.answer, previous.answer],
  );
  const columns = useMemo(
    () => (answer ? columnsOf(answer, whole.answer, rows, questions, desk) : []),
    [answer, whole.answer, rows, questions, desk],
  );
  const dated = answer?.question.grouping.length === 0;
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
        label="All rows"
        rows={rows}
        columns={columns}
        order={dated ? { id: "date", descending: false } : { id: "cost", descending: true }}
        rowKey={({ entry }) => entry.bucket + groupKey(entry.group)}
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

function columnsOf(
  answer: Answer,
  whole: Answer | null,
  rows: readonly Row[],
  questions: Questions,
  desk: Desk,
): readonly TableColumn<Row>[] {
  const { currency } = answer.frame;
  const { grouping } = answer.question;
  const of = whole?.frame.records ?? [];
  const all = { cost: total(of, "cost"), tokens: total(of, "tokens"), calls: total(of, "calls") };
  const sums = { rows, currency, all };
  const dated = grouping.length === 0;
  return [
    ...(dated ? [dateColumn()] : grouping.map((_, index) => nameColumn(answer, index, desk))),
    costColumn(sums),
    shareColumn(all.cost),
    ...(dated ? [] : [changeColumn(currency, questions)]),
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
