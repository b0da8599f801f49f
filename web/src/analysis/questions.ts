/** What an analysis asks of the server. */
import type { Column, Question } from "../api/query";
import { type Comparison, comparison, type Day, resolve, type Span } from "../core/period";
import type { Analysis } from "./state";

/** What an analysis asks; equal questions are asked once. */
export interface Questions {
  readonly span: Span;
  readonly comparison: Comparison | null;
  readonly total: Question;
  readonly rows: Question;
  readonly points: Question;
  /** The groups over the complete days, and over as many days before. */
  readonly complete: Question | null;
  readonly previous: Question | null;
}

/** The questions of a state on the server's day. */
export function questions(state: Analysis, today: Day): Questions {
  const span = resolve(state.range, today);
  const compared = comparison(span, today);
  const common = {
    type: state.metric === "amortized" ? "AmortizedCost" : "ActualCost",
    conditions: state.conditions,
  } as const;
  const over = (where: Span, grouping: readonly Column[]): Question => ({
    ...common,
    span: where,
    granularity: "None",
    grouping,
  });
  return {
    span,
    comparison: compared,
    total: over(span, []),
    rows: over(span, state.grouping),
    points: { ...over(span, state.grouping), granularity: state.granularity },
    complete: compared && over(compared.current, state.grouping),
    previous: compared && over(compared.previous, state.grouping),
  };
}

/** The question that ranks the values of one column over an analysis' span. */
export function ranking(state: Analysis, column: Column, today: Day): Question {
  return { ...questions(state, today).rows, grouping: [column] };
}
