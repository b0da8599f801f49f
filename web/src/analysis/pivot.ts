/** A chart's content: one series per identity, the dearest first, the many small ones as one. */

import { byAmount, drawn, type Known, sum } from "../core/amount";
import { groupBy } from "../core/groups";
import { type Entry, type Group, groupKey, type Measure, total } from "./frame";

export interface Series {
  /** Null for the others taken together. */
  readonly group: Group | null;
  /** Groups in this series: 1, or how many others. */
  readonly members: number;
  /** One value per point; null where nothing is known. */
  readonly values: readonly Known[];
  readonly total: Known;
}

export interface Picture {
  readonly buckets: readonly string[];
  readonly series: readonly Series[];
  /** The sum over all series of each point. */
  readonly sums: readonly Known[];
}

export const SHOWN = 9;

/** Spreads records over points; the `shown` dearest groups stand alone. */
export function pivot(
  records: readonly Entry[],
  buckets: readonly string[],
  measure: Measure,
  shown = SHOWN,
): Picture {
  const groups = ranked(records, measure);
  // A single other is shown by its name: "1 other" would say less in the same room.
  const alone = groups.length === shown + 1 ? groups.length : shown;
  const series = groups.slice(0, alone).map((list) => oneSeries(list, buckets, measure));
  const rest = groups.slice(alone);
  if (rest.length > 0) series.push({ ...others(rest, buckets, measure), members: rest.length });
  const sums = buckets.map((_, index) => sum(series.map((one) => one.values[index] ?? null)));
  return { buckets, series, sums };
}

function ranked(records: readonly Entry[], measure: Measure): readonly Entry[][] {
  return [...groupBy(records, (record) => groupKey(record.group)).values()]
    .map((list) => ({ list, total: total(list, measure) }))
    .sort((a, b) => byAmount(a.total, b.total))
    .map(({ list }) => list);
}

function oneSeries(list: readonly Entry[], buckets: readonly string[], measure: Measure): Series {
  return {
    group: list[0]?.group ?? [],
    members: 1,
    values: spread(list, buckets, measure),
    total: total(list, measure),
  };
}

function others(
  lists: readonly (readonly Entry[])[],
  buckets: readonly string[],
  measure: Measure,
): Series {
  return { ...oneSeries(lists.flat(), buckets, measure), group: null };
}

function spread(
  list: readonly Entry[],
  buckets: readonly string[],
  measure: Measure,
): readonly Known[] {
  const parts = groupBy(list, (record) => record.bucket);
  return buckets.map((bucket) => total(parts.get(bucket) ?? [], measure));
}

/** Running sums up to and including `last`; beyond it nothing is known yet. */
export function accumulated(picture: Picture, last: string): Picture {
  const reached = picture.buckets.filter((bucket) => bucket <= last).length;
  const running = (values: readonly Known[]): readonly Known[] => {
    let before: Known = null;
    return values.map((value, index) => {
      if (index >= reached) return null;
      before = sum([before, value]);
      return before;
    });
  };
  return {
    buckets: picture.buckets,
    series: picture.series.map((one) => ({ ...one, values: running(one.values) })),
    sums: running(picture.sums),
  };
}

/** The series of a stack that lies at height `y` of a point; null above it. */
export function layerAt(picture: Picture, index: number, y: number): Series | null {
  let top = 0;
  for (const series of picture.series) {
    top += drawn(series.values[index] ?? null) ?? 0;
    if (y <= top) return series;
  }
  return null;
}

/** The series whose value at a point is nearest to `y`. */
export function nearestTo(picture: Picture, index: number, y: number): Series | null {
  const distance = (series: Series): number => {
    const value = drawn(series.values[index] ?? null);
    return value === null ? Number.POSITIVE_INFINITY : Math.abs(value - y);
  };
  const [nearest] = [...picture.series].sort((a, b) => distance(a) - distance(b));
  return nearest && Number.isFinite(distance(nearest)) ? nearest : null;
}
