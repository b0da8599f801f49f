/** AI smart view: what each resource, deployment and token type costs, and why. */
import { type ReactNode, useMemo } from "react";
import { type Answer, useAnswers } from "../analysis/answers";
import { useDesk } from "../analysis/context";
import { type Compared, comparedOver } from "../analysis/costAnswers";
import { Empty } from "../analysis/Empty";
import { Figures } from "../analysis/Figures";
import { Notices } from "../analysis/Notices";
import { type Questions, questions } from "../analysis/questions";
import { UnpricedStrip } from "../analysis/UnpricedStrip";
import { Panel } from "../ui/Panel";
import { TreeTable } from "./TreeTable";
import { DEPLOYMENT_COLUMNS, LINE_COLUMNS, tree } from "./tree";

export function SmartView(): ReactNode {
  const { state, today, status } = useDesk();
  const asked = useMemo(() => smartQuestions(questions(state, today)), [state, today]);
  const { content, waiting } = useAnswers(state.scope, asked, status.currency);
  const { total } = content ?? {};
  if (total && !waiting.again && !waiting.error && total.frame.records.length === 0)
    return <Empty span={total.question.span} />;
  return (
    <Panel waiting={waiting} heights={[96, 480]} label="Resources and deployments">
      {content && total && <Content answers={{ ...content, total }} />}
    </Panel>
  );
}

type Answers = Compared & Readonly<Record<"lines" | "calls", Answer | null>>;

function Content({ answers }: { answers: Answers }): ReactNode {
  const { total, lines, calls, complete, previous } = answers;
  const nodes = useMemo(
    () =>
      tree({
        lines: lines?.frame.records ?? [],
        calls: calls?.frame.records ?? [],
        now: complete?.frame.records ?? null,
        before: previous?.frame.records ?? null,
      }),
    [lines, calls, complete, previous],
  );
  const { currency } = total.frame;
  return (
    <>
      <Figures answers={answers} />
      <Notices frame={total.frame} />
      <UnpricedStrip unpriced={total.table.unpriced} />
      <TreeTable nodes={nodes} currency={currency} comparison={comparedOver(answers)} />
    </>
  );
}

/** The same spans, cut into deployments and token types; calls once without token types. */
function smartQuestions({ total, rows, complete, previous }: Questions) {
  return {
    total,
    lines: { ...rows, grouping: LINE_COLUMNS },
    calls: { ...rows, grouping: DEPLOYMENT_COLUMNS },
    complete: complete && { ...complete, grouping: LINE_COLUMNS },
    previous: previous && { ...previous, grouping: LINE_COLUMNS },
  };
}
