/** The drawing of a picture, as ECharts understands it. Values become floats here and only here. */
import type { BarSeriesOption, LineSeriesOption } from "echarts/charts";
import type { GridComponentOption, TooltipComponentOption } from "echarts/components";
import type { ComposeOption } from "echarts/core";
import { drawn } from "../core/amount";
import { axisText, bucketText } from "../core/format";
import type { Picture, Series } from "./pivot";
import type { ChartKind } from "./views";

export type ChartOption = ComposeOption<
  BarSeriesOption | LineSeriesOption | GridComponentOption | TooltipComponentOption
>;

/** A picture with what is needed to draw it. */
export interface Drawing {
  readonly picture: Picture;
  readonly kind: Exclude<ChartKind, "table">;
  readonly names: readonly string[];
  readonly colours: readonly string[];
  /** The point that is still growing; "" when there is none. */
  readonly unfinished: string;
  readonly accumulated: boolean;
}

/** Colours and type of the theme in force. */
export interface Ground {
  readonly text: string;
  readonly faint: string;
  readonly background: string;
  readonly fonts: string;
}

export type Tip = (index: number) => HTMLElement;

export function chartOption(drawing: Drawing, ground: Ground, tip: Tip): ChartOption {
  const ranked = drawing.picture.buckets.length === 1 && drawing.picture.buckets[0] === "";
  const line = drawing.kind === "area" || drawing.kind === "line";
  return {
    animation: false,
    textStyle: { fontFamily: ground.fonts },
    grid: { left: 8, right: 16, top: 16, bottom: 4, outerBoundsMode: "same" },
    tooltip: {
      trigger: "axis",
      confine: true,
      padding: 0,
      borderWidth: 0,
      backgroundColor: "transparent",
      extraCssText: "box-shadow:none",
      axisPointer: line
        ? { type: "line", lineStyle: { color: ground.text, width: 1, type: "solid", opacity: 0.5 } }
        : { type: "shadow", shadowStyle: { color: ground.text, opacity: 0.06 } },
      formatter: (found) => tip((Array.isArray(found) ? found[0] : found)?.dataIndex ?? 0),
    },
    ...(ranked ? rankedAxes(drawing, ground) : timeAxes(drawing, ground, line)),
    series: ranked
      ? [rankedSeries(drawing)]
      : drawing.picture.series.map(seriesOf(drawing, ground)),
  };
}

function timeAxes(drawing: Drawing, ground: Ground, line: boolean): ChartOption {
  const { buckets } = drawing.picture;
  const labels = buckets.map((bucket) => bucketText(bucket, "short"));
  // Over several days of hours only midnights are named, by their day.
  const days = labels.length > 72 && buckets[0]?.length === 13;
  return {
    xAxis: {
      type: "category",
      data: labels,
      boundaryGap: !line,
      axisTick: { show: false },
      axisLine: { lineStyle: { color: ground.faint } },
      axisLabel: {
        color: ground.text,
        fontSize: 12,
        hideOverlap: true,
        ...(line ? { alignMinLabel: "left", alignMaxLabel: "right" } : {}),
        ...(days
          ? {
              interval: (index: number) => buckets[index]?.endsWith("T00") ?? false,
              formatter: (label: string) => label.replace(/,?\s*00:00$/, ""),
            }
          : {}),
      },
    },
    yAxis: valueAxis(ground),
  };
}

function rankedAxes(drawing: Drawing, ground: Ground): ChartOption {
  return {
    xAxis: valueAxis(ground),
    yAxis: {
      type: "category",
      inverse: true,
      data: [...drawing.names],
      axisTick: { show: false },
      axisLine: { show: false },
      axisLabel: { color: ground.text, fontSize: 12, width: 220, overflow: "truncate" },
    },
  };
}

function valueAxis(ground: Ground) {
  return {
    type: "value" as const,
    splitNumber: 4,
    splitLine: { lineStyle: { color: ground.faint, opacity: 0.6 } },
    axisLabel: {
      color: ground.text,
      fontSize: 12,
      formatter: (value: number) => axisText(value),
    },
  };
}

function rankedSeries({ picture, colours }: Drawing): BarSeriesOption {
  const data = picture.series.map((series, index) => ({
    value: drawn(series.values[0] ?? null) ?? "-",
    itemStyle: { color: colours[index] ?? "" },
  }));
  return { type: "bar", barMaxWidth: 22, data, cursor: "pointer" };
}

function seriesOf(drawing: Drawing, ground: Ground) {
  return (series: Series, index: number): BarSeriesOption | LineSeriesOption => {
    const color = drawing.colours[index] ?? ground.text;
    const name = drawing.names[index] ?? "";
    const values = series.values.map(drawn);
    if (drawing.kind === "area" || drawing.kind === "line")
      return lineSeries(drawing, name, color, values);
    return barSeries(drawing, ground, name, color, values);
  };
}

type Values = readonly (number | null)[];

function lineSeries(
  drawing: Drawing,
  name: string,
  color: string,
  values: Values,
): LineSeriesOption {
  const area = drawing.kind === "area";
  const alone = drawing.picture.series.length === 1;
  return {
    type: "line",
    name,
    data: values.map((value) => value ?? "-"),
    ...(area ? { stack: "all", areaStyle: { color, opacity: alone ? 0.16 : 0.75 } } : {}),
    lineStyle: { color, width: area && !alone ? 0 : 2 },
    itemStyle: { color },
    // A single point has no line to be seen by.
    showSymbol: values.filter((value) => value !== null).length === 1,
    symbolSize: 6,
    emphasis: { disabled: true },
  };
}

function barSeries(
  drawing: Drawing,
  ground: Ground,
  name: string,
  color: string,
  values: Values,
): BarSeriesOption {
  const { picture, kind, unfinished, accumulated } = drawing;
  const growing = (index: number): boolean => !accumulated && picture.buckets[index] === unfinished;
  return {
    type: "bar",
    name,
    ...(kind === "column" ? { stack: "all" } : {}),
    data: values.map((value, index) => ({
      value: value ?? "-",
      ...(growing(index) ? { itemStyle: { opacity: 0.45, borderType: "dotted" as const } } : {}),
    })),
    itemStyle: { color, borderColor: ground.background, borderWidth: kind === "column" ? 0.5 : 0 },
    barMaxWidth: 44,
    barCategoryGap: "24%",
    cursor: "pointer",
    emphasis: { disabled: true },
  };
}
