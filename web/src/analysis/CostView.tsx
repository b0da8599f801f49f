/** A customizable view: figures, chart, ranked bars, rows. */
import { type ReactNode, useMemo } from "react";
import { Panel } from "../ui/Panel";
import { ChartPanel } from "./ChartPanel";
import { useDesk } from "./context";
import { type CostAnswers, useCostAnswers } from "./costAnswers";
import { Empty } from "./Empty";
import { Figures } from "./Figures";
import { Notices } from "./Notices";
import { questions } from "./questions";
import { RankedBars } from "./RankedBars";
import { RowsTable } from "./RowsTable";
import { ChartTools } from "./Toolbar";
import { UnpricedStrip } from "./UnpricedStrip";

export function CostView(): ReactNode {
  const { state, today, status } = useDesk();
  const asked = useMemo(() => questions(state, today), [state, today]);
  const { content, waiting } = useCostAnswers(state.scope, asked, status.currency, today);
  const { total } = content ?? {};
  if (total && !waiting.again && !waiting.error && total.frame.records.length === 0)
    return <Empty span={total.question.span} />;
  return (
    <Panel waiting={waiting} heights={[96, 360, 240, 360]} label="Costs">
      {content && <Content answers={content} />}
    </Panel>
  );
}

function Content({ answers }: { answers: CostAnswers }): ReactNode {
  const { state } = useDesk();
  const { total, points } = answers;
  const alone = state.chart === "table" && points.question.granularity === "None";
  return (
    <>
      <Figures answers={answers} />
      <Notices frame={total.frame} />
      <UnpricedStrip unpriced={total.table.unpriced} />
      <ChartTools answer={points} />
      {!alone && <ChartPanel answer={points} />}
      {!alone && <RankedBars />}
      <RowsTable answers={answers} />
      {alone && <RankedBars />}
    </>
  );
}
