/**
 * The answers of a cost view. The groups of a range, and those of its complete days, are added up
 * here from the answer over time, which holds every row of them; the server is asked for them
 * only where that answer is cut, or has no days.
 */
import { useMemo } from "react";
import { type Comparison, comparison, type Day, type Granularity, type Span } from "../core/period";
import { type Answer, type Shown, useAnswers, useShown } from "./answers";
import { byGroup } from "./frame";
import type { Questions } from "./questions";

/** Answers that belong together: the same costs over a range, its complete days, and before. */
export interface Compared {
  /** One row: the sum of everything. */
  readonly total: Answer;
  /** Each group over the complete days; null when there is none yet. */
  readonly complete: Answer | null;
  /** Each group over as many days of the period before. */
  readonly previous: Answer | null;
}

export interface CostAnswers extends Compared {
  /** Points in time of each group. */
  readonly points: Answer;
  /** Each group over the whole range. */
  readonly rows: Answer;
}

/** What the change of such answers is measured over; null without a complete day. */
export function comparedOver({ complete, previous }: Compared): Comparison | null {
  if (!complete || !previous) return null;
  return { current: complete.question.span, previous: previous.question.span };
}

export function useCostAnswers(
  scope: string,
  asked: Questions,
  currency: string,
  today: Day,
): Shown<CostAnswers> {
  const { total, points, previous, rows, complete } = asked;
  const days = hasDays(points.granularity);
  const first = useAnswers(
    scope,
    { total, points, previous, complete: days ? null : complete },
    currency,
  );
  const cut = first.content?.points?.frame.truncated ?? false;
  const second = useAnswers(
    scope,
    { rows: cut ? rows : null, complete: cut && days ? complete : null },
    currency,
  );
  const ready = !cut || (second.content !== null && !second.waiting.again);
  const fresh = useMemo(
    () => (ready && first.content ? joined(first.content, second.content, today) : null),
    [ready, first.content, second.content, today],
  );
  const shown = useShown(fresh, first.waiting.error ?? second.waiting.error);
  const again = shown.waiting.again || first.waiting.again;
  return { content: shown.content, waiting: { ...shown.waiting, again } };
}

type Parts<K extends string> = Readonly<Record<K, Answer | null>>;

function joined(
  first: Parts<"total" | "points" | "previous" | "complete">,
  second: Parts<"rows" | "complete"> | null,
  today: Day,
): CostAnswers | null {
  const { total, points, previous } = first;
  if (!total || !points) return null;
  const { span, granularity } = points.question;
  const days = hasDays(granularity) ? comparison(span, today)?.current : null;
  return {
    total,
    points,
    previous,
    rows: second?.rows ?? addedUp(points, span),
    complete: second?.complete ?? first.complete ?? (days ? addedUp(points, days) : null),
  };
}

function hasDays(granularity: Granularity): boolean {
  return granularity === "Daily" || granularity === "Hourly";
}

/** The groups of an answer, added up over its points within a span. */
export function addedUp(answer: Answer, span: Span): Answer {
  const within = ({ bucket }: { bucket: string }): boolean =>
    bucket === "" || bucket.length === 7 || (bucket >= span.from && bucket < span.until);
  const records = byGroup(answer.frame.records.filter(within));
  return {
    ...answer,
    question: { ...answer.question, span, granularity: "None" },
    frame: { ...answer.frame, records, total: records.length },
  };
}
