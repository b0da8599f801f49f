/** The chart itself; loaded after the rest of the page, because its library is the largest part. */
import { BarChart, LineChart } from "echarts/charts";
import { GridComponent, TooltipComponent } from "echarts/components";
import { type ECharts, init, use } from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";
import { type KeyboardEvent, type ReactNode, useEffect, useRef, useState } from "react";
import { FONTS, useLook } from "../ui/look";
import { chartOption, type Drawing } from "./chartOption";
import { spokenTip, tipOf, type Writer } from "./chartTip";
import { layerAt, nearestTo, type Series } from "./pivot";

use([BarChart, LineChart, GridComponent, TooltipComponent, CanvasRenderer]);

export interface ChartCanvasProps {
  readonly drawing: Drawing;
  readonly write: Writer;
  readonly label: string;
  readonly height: number;
  /** A segment was clicked; with Alt, to exclude it. */
  readonly onSegment: (series: Series, exclude: boolean) => void;
}

export default function ChartCanvas(props: ChartCanvasProps): ReactNode {
  const { drawing, write, label, height } = props;
  const { mode } = useLook();
  const host = useRef<HTMLDivElement>(null);
  const chart = useRef<ECharts>(null);
  const newest = useRef(props);
  newest.current = props;
  const [spoken, setSpoken] = useState("");
  useEffect(() => mount(host.current as HTMLDivElement, chart, newest), []);
  useEffect(() => {
    const ground = groundOf(host.current as HTMLElement);
    const tip = (index: number): HTMLElement => tipOf(drawing, write, index);
    chart.current?.setOption(chartOption(drawing, ground, tip), { notMerge: true });
  }, [drawing, write, mode]);
  const onKeyDown = useArrows(drawing, (index) => {
    chart.current?.dispatchAction({ type: "showTip", seriesIndex: 0, dataIndex: index });
    setSpoken(spokenTip(drawing, write, index));
  });
  return (
    <>
      <div
        ref={host}
        className="chart"
        style={{ height }}
        role="application"
        aria-roledescription="chart"
        aria-label={`${label}. Arrow keys read the points.`}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: the arrow keys move along the points
        tabIndex={0}
        onKeyDown={onKeyDown}
        onBlur={() => chart.current?.dispatchAction({ type: "hideTip" })}
      />
      <span className="hidden" aria-live="polite">
        {spoken}
      </span>
    </>
  );
}

type Newest = { readonly current: ChartCanvasProps };

function mount(
  host: HTMLDivElement,
  chart: { current: ECharts | null },
  newest: Newest,
): () => void {
  const made = init(host);
  chart.current = made;
  made.getZr().on("click", ({ offsetX, offsetY, event }) => {
    const series = seriesAt(made, newest.current.drawing, offsetX, offsetY);
    if (series) newest.current.onSegment(series, (event as unknown as MouseEvent).altKey);
  });
  const resized = new ResizeObserver(() => made.resize());
  resized.observe(host);
  return () => {
    resized.disconnect();
    made.dispose();
    chart.current = null;
  };
}

/** The series drawn where the reader clicked; null beside all of them. */
function seriesAt(chart: ECharts, { picture, kind }: Drawing, x: number, y: number): Series | null {
  if (!chart.containPixel("grid", [x, y])) return null;
  const [across = 0, up = 0] = chart.convertFromPixel("grid", [x, y]) as number[];
  const ranked = picture.buckets.length === 1 && picture.buckets[0] === "";
  if (ranked) return picture.series[Math.round(up)] ?? null;
  const index = Math.round(across);
  if (kind === "column" || kind === "area") return layerAt(picture, index, up);
  return nearestTo(picture, index, up);
}

/** Moves along the points with the arrow keys, Home and End. */
function useArrows(drawing: Drawing, show: (index: number) => void) {
  const at = useRef(-1);
  const last = drawing.picture.sums.findLastIndex((value) => value !== null);
  return (event: KeyboardEvent): void => {
    const step = { ArrowRight: 1, ArrowLeft: -1, Home: -Infinity, End: Infinity }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    at.current = Math.max(0, Math.min(last, at.current + step));
    show(at.current);
  };
}

function groundOf(host: HTMLElement) {
  const style = getComputedStyle(host);
  const value = (name: string): string => style.getPropertyValue(name).trim();
  return {
    text: value("--colorNeutralForeground2"),
    faint: value("--colorNeutralStroke2"),
    background: value("--colorNeutralBackground1"),
    fonts: FONTS,
  };
}
