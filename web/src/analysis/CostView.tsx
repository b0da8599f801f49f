/** A customizable view: figures, chart, ranked bars, rows. */
import { type ReactNode, useMemo } from "react";
import { Failure } from "../ui/Panel";
import { questions, useAnswers } from "./answers";
import { ChartPanel } from "./ChartPanel";
import { useDesk } from "./context";
import { Empty } from "./Empty";
import { Figures } from "./Figures";
import { Notices } from "./Notices";
import { RankedBars } from "./RankedBars";
import { RowsTable } from "./RowsTable";
import { ChartTools } from "./Toolbar";
import { UnpricedStrip } from "./UnpricedStrip";

export function CostView(): ReactNode {
  const { state, today, status } = useDesk();
  const asked = useMemo(() => questions(state, today), [state, today]);
  const { scope } = state;
  const answers = useAnswers(scope, asked, status.currency, today);
  const { total, points, rows, complete, previous } = answers;
  const answer = total.answer;
  // Every other question would fail for the same reason, and say the same six times.
  if (total.waiting.error) return <Failure {...total.waiting} error={total.waiting.error} />;
  if (answer && !total.waiting.again && answer.frame.records.length === 0)
    return <Empty span={answer.question.span} />;
  const plain = state.chart === "table" && state.granularity === "None";
  return (
    <>
      <Figures {...{ asked, total, complete, previous }} />
      {answer && <Notices frame={answer.frame} />}
      {answer && <UnpricedStrip unpriced={answer.table.unpriced} />}
      <ChartTools answer={points.answer} />
      {!plain && <ChartPanel asked={points} />}
      {!plain && <RankedBars />}
      <RowsTable
        questions={asked}
        asked={state.grouping.length === 0 ? points : rows}
        whole={total}
        {...{ complete, previous }}
      />
      {plain && <RankedBars />}
    </>
  );
}
