/** Group by, then by, then by: the first stacks the chart, all of them make the table's rows. */
import { GroupListRegular } from "@fluentui/react-icons";
import type { ReactNode } from "react";
import type { Column } from "../api/query";
import { Picker } from "../ui/Picker";
import type { SearchOption } from "../ui/SearchList";
import { useDesk } from "./context";
import { columnLabel } from "./names";
import { columnName, columnOf, MOST_GROUPINGS } from "./state";

const NONE = "none";
const NOTHING: SearchOption = { id: NONE, label: "None" };

export function GroupBy(): ReactNode {
  const { state, move, labels } = useDesk();
  const { grouping } = state;
  const options = useColumnOptions();
  const levels = [...grouping, ...(grouping.length < MOST_GROUPINGS ? [null] : [])];
  const put = (level: number, id: string): void => {
    const kept = grouping.filter((column, index) => index !== level && columnName(column) !== id);
    const at = Math.min(level, kept.length);
    const added: readonly Column[] = id === NONE ? [] : [columnOf(id)];
    move({ ...state, grouping: [...kept.slice(0, at), ...added, ...kept.slice(at)] });
  };
  return levels.map((column, level) => (
    <Picker
      key={level}
      label={level === 0 ? "Group by" : "then by"}
      labelled={level === 0 || column !== null}
      icon={level === 0 ? <GroupListRegular fontSize={16} /> : undefined}
      value={column ? columnLabel(column, labels) : level === 0 ? "None" : "then by"}
      options={column || level === 0 ? [NOTHING, ...options] : options}
      chosen={column ? columnName(column) : NONE}
      onPick={(id) => put(level, id)}
    />
  ));
}

function useColumnOptions(): readonly SearchOption[] {
  const { columns, labels } = useDesk();
  return columns.map((column) => ({
    id: columnName(column),
    label: columnLabel(column, labels),
    detail: columnName(column),
  }));
}
