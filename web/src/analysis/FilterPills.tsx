/** Filters as a sentence of pills: "Model is gpt-4.1", "tag team is not search". */
import { Button } from "@fluentui/react-components";
import { Dismiss12Regular, FilterAdd20Regular } from "@fluentui/react-icons";
import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { dimensionValues } from "../api/catalog";
import type { Column, Condition } from "../api/query";
import { columnDigits, money } from "../core/format";
import { resolve } from "../core/period";
import { Failure } from "../ui/Panel";
import { PillText } from "../ui/Pill";
import { Pop } from "../ui/Pop";
import { SearchList } from "../ui/SearchList";
import { useDesk } from "./context";
import { columnLabel, valueName } from "./names";
import { columnName, columnOf } from "./state";

export function FilterPills(): ReactNode {
  const { state, move } = useDesk();
  const put = (index: number, next: Condition | null): void => {
    const conditions = state.conditions.flatMap((old, at) =>
      at !== index ? [old] : next && next.values.length > 0 ? [next] : [],
    );
    move({ ...state, conditions });
  };
  return (
    <>
      {state.conditions.map((condition, index) => (
        <FilterPill
          key={`${columnName(condition.column)} ${condition.exclude}`}
          condition={condition}
          onChange={(next) => put(index, next)}
        />
      ))}
      <AddFilter
        onAdd={(condition) => move({ ...state, conditions: [...state.conditions, condition] })}
      />
    </>
  );
}

function FilterPill(props: {
  condition: Condition;
  onChange: (next: Condition | null) => void;
}): ReactNode {
  const { condition, onChange } = props;
  const { labels } = useDesk();
  const name = columnLabel(condition.column, labels);
  const verb = condition.exclude ? "is not" : "is";
  const all = condition.values.map((value) => valueName(condition.column, value));
  const more = all.length > 1 ? ` +${all.length - 1}` : "";
  return (
    <span className="filter">
      <Pop
        label={`Filter by ${name}`}
        role="dialog"
        className="picker"
        buttonProps={{ className: "pill", title: all.join("\n") }}
        button={<PillText value={`${name} ${verb} ${all[0]}${more}`} />}
      >
        {(close) => (
          <Values
            condition={condition}
            onApply={(next) => {
              close();
              onChange(next);
            }}
          />
        )}
      </Pop>
      <button
        type="button"
        className="filter-remove"
        aria-label={`Remove the filter on ${name}`}
        onClick={() => onChange(null)}
      >
        <Dismiss12Regular />
      </button>
    </span>
  );
}

function AddFilter({ onAdd }: { onAdd: (condition: Condition) => void }): ReactNode {
  return (
    <Pop
      label="Add filter"
      role="dialog"
      className="picker"
      buttonProps={{ className: "pill" }}
      button={<PillText value="Add filter" icon={<FilterAdd20Regular />} />}
    >
      {(close) => (
        <NewFilter
          onApply={(condition) => {
            close();
            if (condition.values.length > 0) onAdd(condition);
          }}
        />
      )}
    </Pop>
  );
}

/** First the column, then its values. */
function NewFilter({ onApply }: { onApply: (condition: Condition) => void }): ReactNode {
  const { columns, labels } = useDesk();
  const [column, setColumn] = useState<Column | null>(null);
  if (column)
    return <Values condition={{ column, exclude: false, values: [] }} onApply={onApply} />;
  const options = columns.map((one) => ({
    id: columnName(one),
    label: columnLabel(one, labels),
    detail: columnName(one),
  }));
  return (
    <SearchList
      label="Filter by"
      options={options}
      chosen={new Set()}
      onPick={(id) => setColumn(columnOf(id))}
    />
  );
}

function Values(props: {
  condition: Condition;
  onApply: (condition: Condition) => void;
}): ReactNode {
  const { column } = props.condition;
  const { state, status, today, labels } = useDesk();
  const [draft, setDraft] = useState(props.condition);
  const span = resolve(state.range, today);
  const name = columnName(column);
  const { data, error, refetch } = useQuery({
    queryKey: ["values", state.scope, name, span],
    queryFn: ({ signal }) => dimensionValues(name, state.scope, span, signal),
  });
  if (error) return <Failure error={error} retry={() => void refetch()} />;
  const digits = columnDigits(data?.map((one) => one.cost) ?? [], status.currency);
  const options = (data ?? []).map(({ value, cost }) => ({
    id: value,
    label: valueName(column, value),
    detail: value,
    aside: money(cost, digits),
  }));
  const toggle = (value: string): void => {
    const rest = draft.values.filter((one) => one !== value);
    const values = rest.length < draft.values.length ? rest : [...rest, value];
    setDraft({ ...draft, values });
  };
  return (
    <>
      <div className="filter-verb">
        <strong>{columnLabel(column, labels)}</strong>
        {[false, true].map((exclude) => (
          <label key={String(exclude)}>
            <input
              type="radio"
              name="verb"
              checked={draft.exclude === exclude}
              onChange={() => setDraft({ ...draft, exclude })}
            />
            {exclude ? "is not" : "is"}
          </label>
        ))}
        <span className="secondary filter-unit">{status.currency}</span>
      </div>
      <SearchList
        label={columnLabel(column, labels)}
        options={options}
        chosen={new Set(draft.values)}
        multiple
        onPick={toggle}
      />
      <div className="filter-apply">
        <Button size="small" appearance="primary" onClick={() => props.onApply(draft)}>
          Apply
        </Button>
        <Button size="small" appearance="subtle" onClick={() => setDraft({ ...draft, values: [] })}>
          Clear
        </Button>
        <span className="secondary">{draft.values.length} chosen</span>
      </div>
    </>
  );
}
