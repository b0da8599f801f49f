/** The line of pills that reads as a sentence, and the tools of the chart. */
import {
  ArrowDownloadRegular,
  DataAreaRegular,
  DataBarVerticalRegular,
  DataHistogramRegular,
  DataLineRegular,
  TableRegular,
} from "@fluentui/react-icons";
import type { ReactElement, ReactNode } from "react";
import { addDays, type Granularity } from "../core/period";
import { Choice } from "../ui/Choice";
import type { Answer } from "./answers";
import { useDesk } from "./context";
import { csv, download } from "./csv";
import { FilterPills } from "./FilterPills";
import { GroupBy } from "./GroupBy";
import { RangePill } from "./RangePill";
import type { Metric } from "./state";
import type { ChartKind } from "./views";

const METRICS: readonly { id: Metric; label: string; hint: string }[] = [
  { id: "actual", label: "Actual cost", hint: "Purchases on the day they are bought" },
  { id: "amortized", label: "Amortized cost", hint: "Reservations spread over their term" },
  { id: "tokens", label: "Tokens", hint: "What was metered, priced or not" },
  { id: "calls", label: "Calls", hint: "Requests, whatever their billing status" },
];

const STEPS: readonly { id: Granularity; label: string }[] = [
  { id: "None", label: "None" },
  { id: "Hourly", label: "Hourly" },
  { id: "Daily", label: "Daily" },
  { id: "Monthly", label: "Monthly" },
];

const CHARTS: readonly { id: ChartKind; label: string; icon: ReactElement }[] = [
  { id: "area", label: "Area", icon: <DataAreaRegular /> },
  { id: "line", label: "Line", icon: <DataLineRegular /> },
  { id: "column", label: "Column (stacked)", icon: <DataBarVerticalRegular /> },
  { id: "grouped", label: "Column (grouped)", icon: <DataHistogramRegular /> },
  { id: "table", label: "Table", icon: <TableRegular /> },
];

export function Toolbar(): ReactNode {
  const { state, move } = useDesk();
  const smart = state.view === "ai";
  return (
    <div className="toolbar">
      <RangePill />
      <Choice
        label="Metric"
        options={smart ? METRICS.slice(0, 2) : METRICS}
        chosen={state.metric}
        onChoose={(metric) => move({ ...state, metric })}
      />
      {!smart && <GroupBy />}
      <FilterPills />
    </div>
  );
}

/** Granularity, running sum and kind of chart, set above the chart's right end. */
export function ChartTools({ answer }: { answer: Answer | null }): ReactNode {
  const { state, move } = useDesk();
  const none = state.granularity === "None";
  return (
    <div className="chart-tools">
      <Choice
        label="Granularity"
        options={STEPS}
        chosen={state.granularity}
        onChoose={(granularity) => move({ ...state, granularity })}
      />
      <button
        type="button"
        className="pill"
        aria-pressed={state.accumulated && !none}
        disabled={none}
        title={none ? "Needs points in time" : "Running sum"}
        onClick={() => move({ ...state, accumulated: !state.accumulated })}
      >
        <span className="pill-value">Accumulated</span>
      </button>
      <Choice
        label="Chart"
        options={CHARTS}
        chosen={state.chart}
        onChoose={(chart) => move({ ...state, chart })}
      />
      <button
        type="button"
        className="pill"
        disabled={answer === null}
        title="Every row of this view, exact, as CSV"
        onClick={() => answer && download(fileName(state.view, answer), csv(answer))}
      >
        <ArrowDownloadRegular aria-hidden fontSize={16} />
        <span className="pill-value">CSV</span>
      </button>
    </div>
  );
}

function fileName(view: string, { question }: Answer): string {
  return `costs-${view}-${question.span.from}-to-${addDays(question.span.until, -1)}.csv`;
}
