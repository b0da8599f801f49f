/** AI smart view: what each resource, deployment and token type costs, and why. */
import { type ReactNode, useMemo } from "react";
import { type Questions, questions, useAnswer } from "../analysis/answers";
import { useDesk } from "../analysis/context";
import { Empty } from "../analysis/Empty";
import { Figures } from "../analysis/Figures";
import { Notices } from "../analysis/Notices";
import { UnpricedStrip } from "../analysis/UnpricedStrip";
import { Failure, Panel } from "../ui/Panel";
import { TreeTable } from "./TreeTable";
import { DEPLOYMENT_COLUMNS, LINE_COLUMNS, tree } from "./tree";

export function SmartView(): ReactNode {
  const { state, today, status } = useDesk();
  const { scope } = state;
  const asked = useMemo(() => smartQuestions(questions(state, today)), [state, today]);
  const total = useAnswer(scope, asked.total, status.currency);
  const lines = useAnswer(scope, asked.rows, status.currency);
  const calls = useAnswer(scope, asked.points, status.currency);
  const complete = useAnswer(scope, asked.complete, status.currency);
  const previous = useAnswer(scope, asked.previous, status.currency);
  const nodes = useMemo(
    () =>
      tree({
        lines: lines.answer?.frame.records ?? [],
        calls: calls.answer?.frame.records ?? [],
        now: complete.answer?.frame.records ?? null,
        before: previous.answer?.frame.records ?? null,
      }),
    [lines.answer, calls.answer, complete.answer, previous.answer],
  );
  const answer = total.answer;
  // Every other question would fail for the same reason, and say the same six times.
  if (total.waiting.error) return <Failure {...total.waiting} error={total.waiting.error} />;
  if (answer && !total.waiting.again && answer.frame.records.length === 0)
    return <Empty span={answer.question.span} />;
  return (
    <>
      <Figures {...{ asked, total, complete, previous }} />
      {answer && <Notices frame={answer.frame} />}
      {answer && <UnpricedStrip unpriced={answer.table.unpriced} />}
      <Panel waiting={lines.waiting} height={34 * 10} label="Resources and deployments">
        <TreeTable
          nodes={nodes}
          currency={lines.answer?.frame.currency ?? status.currency}
          comparison={asked.comparison}
        />
      </Panel>
    </>
  );
}

/** The same spans, cut into deployments and token types; calls once without token types. */
function smartQuestions(plain: Questions): Questions {
  return {
    ...plain,
    rows: { ...plain.rows, grouping: LINE_COLUMNS },
    points: { ...plain.rows, grouping: DEPLOYMENT_COLUMNS },
    complete: plain.complete && { ...plain.complete, grouping: LINE_COLUMNS },
    previous: plain.previous && { ...plain.previous, grouping: LINE_COLUMNS },
  };
}
