/** Three ranked lists beneath the chart; each of their parts filters. */
import { type ReactNode, useState } from "react";
import type { Column } from "../api/query";
import { byAmount, drawn, quotient, sum } from "../core/amount";
import { columnDigits, compact, count, money, percent } from "../core/format";
import { Figure } from "../ui/Figure";
import { useLook } from "../ui/look";
import { Panel } from "../ui/Panel";
import { Picker } from "../ui/Picker";
import { type Answer, useAnswer } from "./answers";
import { drilled, measureOf, useDesk } from "./context";
import type { Entry, Measure } from "./frame";
import { columnLabel, groupIdentity, groupName } from "./names";
import { ranking } from "./questions";
import { columnName, columnOf } from "./state";

const FIRST = ["Meter", "ResourceId", "Model"] as const;
const SHOWN = 6;

export function RankedBars(): ReactNode {
  return (
    <div className="bars">
      {FIRST.map((name) => (
        <RankedBar key={name} first={{ type: "Dimension", name }} />
      ))}
    </div>
  );
}

function RankedBar({ first }: { first: Column }): ReactNode {
  const { state, status, today, labels, columns } = useDesk();
  const [column, setColumn] = useState(first);
  const { content, waiting } = useAnswer(
    state.scope,
    ranking(state, column, today),
    status.currency,
  );
  const options = columns.map((one) => ({ id: columnName(one), label: columnLabel(one, labels) }));
  const label = columnLabel(column, labels);
  return (
    <div className="bar-card">
      <h2 className="hidden">By {label}</h2>
      <Picker
        label="Ranked by"
        labelled={false}
        value={label}
        options={options}
        chosen={columnName(column)}
        onPick={(id) => setColumn(columnOf(id))}
      />
      <Panel waiting={waiting} heights={[SHOWN * 36]} label={`By ${label}`}>
        {content && <Bars answer={content} />}
      </Panel>
    </div>
  );
}

function Bars({ answer }: { answer: Answer }): ReactNode {
  const { state } = useDesk();
  const { colours } = useLook();
  const measure = measureOf(state);
  const { grouping } = answer.question;
  const [column] = grouping;
  const all = [...answer.frame.records].sort((a, b) => byAmount(a[measure], b[measure]));
  // A single other is shown by its name: "1 other" would say less in the same room.
  const alone = all.length === SHOWN + 1 ? all.length : SHOWN;
  const shown = all.slice(0, alone);
  const rest = all.slice(alone);
  const inks = colours(
    column ? columnName(column) : "",
    shown.map((entry) => groupIdentity(grouping, entry.group)),
  );
  const others = sum(rest.map((entry) => entry[measure]));
  const total = sum(all.map((entry) => entry[measure]));
  const digits = columnDigits(
    [...shown.map((entry) => entry[measure]), others],
    answer.frame.currency,
  );
  const most = drawn(shown[0]?.[measure] ?? null) ?? 0;
  const common = { measure, digits, total, most };
  return (
    <ol className="ranked">
      {shown.map((entry, index) => (
        <Bar
          key={entry.group[0]}
          {...common}
          entry={entry}
          answer={answer}
          colour={inks[index] ?? ""}
        />
      ))}
      {rest.length > 0 && (
        <li className="ranked-rest secondary">
          <span>{rest.length} others</span>
          <Figure value={others} text={written(others, measure, digits)} reason="No priced usage" />
          <span>{percent(quotient(others, total))}</span>
        </li>
      )}
      {all.length === 0 && <li className="secondary">No usage</li>}
    </ol>
  );
}

function Bar(props: {
  entry: Entry;
  answer: Answer;
  colour: string;
  measure: Measure;
  digits: number;
  total: string | null;
  most: number;
}): ReactNode {
  const { entry, answer, colour, measure, digits, total, most } = props;
  const { state, move } = useDesk();
  const { grouping } = answer.question;
  const name = groupName(grouping, entry.group);
  const value = entry[measure];
  const part = most > 0 ? Math.max(0, (drawn(value) ?? 0) / most) : 0;
  const chosen = state.conditions.some(
    (condition) =>
      !condition.exclude &&
      columnName(condition.column) === grouping.map(columnName)[0] &&
      condition.values.includes(entry.group[0] ?? ""),
  );
  return (
    <li>
      <button
        type="button"
        className="ranked-row"
        aria-pressed={chosen}
        title={`${entry.group[0] || name}\nClick filters, Alt-click excludes`}
        onClick={(event) => move(drilled(state, grouping, entry.group, event.altKey))}
      >
        <span className="ranked-name">{name}</span>
        <span className="ranked-value">
          <Figure value={value} text={written(value, measure, digits)} reason="No priced usage" />
        </span>
        <span className="ranked-share secondary">{percent(quotient(value, total))}</span>
        <span className="ranked-track">
          {value === null ? (
            <span className="ranked-unpriced" />
          ) : (
            <span style={{ width: `${part * 100}%`, background: colour }} />
          )}
        </span>
      </button>
    </li>
  );
}

function written(value: string | null, measure: Measure, digits: number): string {
  if (measure === "tokens") return compact(value);
  return measure === "calls" ? count(value) : money(value, digits);
}
