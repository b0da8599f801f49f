/** The main picture: a chart with its legend, or the same numbers as a table. */
import { lazy, type ReactNode, Suspense, useMemo } from "react";
import type { Known } from "../core/amount";
import { columnDigits, compact, count, money } from "../core/format";
import { bucketOf, buckets } from "../core/period";
import { useLook } from "../ui/look";
import { Skeleton } from "../ui/Panel";
import type { Answer } from "./answers";
import type { Drawing } from "./chartOption";
import { drilled, measureOf, useDesk } from "./context";
import { Legend } from "./Legend";
import { groupIdentity, groupName } from "./names";
import { PointsTable } from "./PointsTable";
import { accumulated, pivot, type Series } from "./pivot";
import { columnName } from "./state";

const ChartCanvas = lazy(() => import("./ChartCanvas"));
const HEIGHT = 320;

export function ChartPanel({ answer }: { answer: Answer }): ReactNode {
  const { state, move } = useDesk();
  const drawing = useDrawing(answer);
  const measure = measureOf(state);
  const { currency } = answer.frame;
  const write = useMemo(() => {
    const digits = columnDigits(drawing.picture.sums, currency);
    return (value: Known) =>
      measure === "cost"
        ? money(value, digits)
        : measure === "tokens"
          ? compact(value)
          : count(value);
  }, [drawing, currency, measure]);
  const { grouping } = answer.question;
  const drill = ({ group }: Series, exclude: boolean): void => {
    if (group && grouping.length > 0) move(drilled(state, grouping, group, exclude));
  };
  if (state.chart === "table") return <PointsTable drawing={drawing} write={write} />;
  const label = `${state.accumulated ? "Accumulated " : ""}${measure}, ${drawing.picture.series.length} series`;
  return (
    <>
      <Suspense fallback={<Skeleton heights={[HEIGHT]} label="Chart" />}>
        <ChartCanvas {...{ drawing, write, label }} height={HEIGHT} onSegment={drill} />
      </Suspense>
      {grouping.length > 0 && answer.question.granularity !== "None" && (
        <Legend drawing={drawing} write={write} onPick={drill} />
      )}
    </>
  );
}

function useDrawing({ question, frame }: Answer): Drawing {
  const { state, status } = useDesk();
  const { colours } = useLook();
  const measure = measureOf(state);
  const { granularity, grouping, span } = question;
  const unfinished = granularity === "None" ? "" : bucketOf(status.now, granularity);
  const running = state.accumulated && granularity !== "None";
  const picture = useMemo(() => {
    const plain = pivot(frame.records, buckets(span, granularity), measure);
    return running ? accumulated(plain, unfinished) : plain;
  }, [frame, span, granularity, measure, running, unfinished]);
  return useMemo(() => {
    const groups = picture.series.map((series) => series.group);
    const identities = groups.map((group) => groupIdentity(grouping, group));
    return {
      picture,
      kind: state.chart === "table" ? "column" : state.chart,
      names: picture.series.map((one) => groupName(grouping, one.group, one.members)),
      colours: colours(grouping.map(columnName).join(","), identities),
      unfinished: span.until > unfinished ? unfinished : "",
      accumulated: running,
    };
  }, [picture, grouping, state.chart, colours, unfinished, span, running]);
}
