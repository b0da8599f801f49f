/** The questions behind an analysis, and their answers as they arrive. */
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { ask, type Column, type Question, type Table } from "../api/query";
import { type Comparison, comparison, type Day, resolve, type Span } from "../core/period";
import type { Waiting } from "../ui/Panel";
import { byGroup, type Frame, frame } from "./frame";
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

/** An answer with the question it answers: while a new one is awaited, the old one stays. */
export interface Answer {
  readonly question: Question;
  readonly table: Table;
  readonly frame: Frame;
}

export interface Asked {
  readonly answer: Answer | null;
  readonly waiting: Waiting;
}

const NEVER_ASKED: Waiting = { first: false, again: false, error: null, retry: () => undefined };

/** Asks a question at a scope; null asks nothing. Only the newest answer is ever given back. */
export function useAnswer(scope: string, question: Question | null, currency: string): Asked {
  const query = useQuery({
    queryKey: ["query", scope, question],
    queryFn: async ({ signal }) => {
      const asked = question as Question;
      return { question: asked, table: await ask(scope, asked, signal) };
    },
    enabled: question !== null,
    placeholderData: keepPreviousData,
  });
  const { data, error, isPending, isPlaceholderData, refetch } = query;
  const answer = useMemo(
    () => data && { ...data, frame: frame(data.table, data.question.grouping, currency) },
    [data, currency],
  );
  const never = question === null;
  return useMemo(() => {
    if (never) return { answer: null, waiting: NEVER_ASKED };
    const shown = data === undefined || isPlaceholderData ? error : null;
    const retry = (): void => void refetch();
    const waiting = { first: isPending, again: isPlaceholderData, error: shown, retry };
    return { answer: answer ?? null, waiting };
  }, [never, answer, data, error, isPending, isPlaceholderData, refetch]);
}

/** Answers to an analysis' questions. */
export interface Answers {
  readonly asked: Questions;
  readonly total: Asked;
  readonly points: Asked;
  readonly rows: Asked;
  readonly complete: Asked;
  readonly previous: Asked;
}

/**
 * Asks what an analysis needs. The groups of a range, and those of its complete days, are added up
 * here from the answer over time, which holds every row of them; the server is asked for them
 * only when that answer is cut or has no points in time.
 */
export function useAnswers(scope: string, asked: Questions, currency: string, today: Day): Answers {
  const ask = (question: Question | null): Asked => useAnswer(scope, question, currency);
  const total = ask(asked.total);
  const points = ask(asked.points);
  const previous = ask(asked.previous);
  const cut = points.answer?.frame.truncated ?? false;
  const byDay = /Daily|Hourly/.test(asked.points.granularity) && !cut;
  const askedRows = ask(cut ? asked.rows : null);
  const askedComplete = ask(byDay ? null : asked.complete);
  const rows = useMemo(() => addedUp(points), [points]);
  const complete = useMemo(() => addedUp(points, today), [points, today]);
  return {
    asked,
    total,
    points,
    rows: cut ? askedRows : rows,
    complete: byDay ? complete : askedComplete,
    previous,
  };
}

/** The groups of an answer, added up over its points; only those before a day when it is given. */
function addedUp({ answer, waiting }: Asked, before?: Day): Asked {
  if (!answer) return { answer, waiting };
  const { records } = answer.frame;
  const kept = before ? records.filter(({ bucket }) => bucket < before) : records;
  const groups = byGroup(kept);
  const frameOfGroups = { ...answer.frame, records: groups, total: groups.length };
  return { answer: { ...answer, frame: frameOfGroups }, waiting };
}
