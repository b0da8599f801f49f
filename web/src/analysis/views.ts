/** The built-in views: names that people know from Azure, and what each starts with. */
import type { Column } from "../api/query";
import type { Granularity } from "../core/period";

export type ChartKind = "area" | "line" | "column" | "grouped" | "table";
export type ViewName = "accumulated" | "daily" | "resource" | "service" | "meter" | "ai";

export interface View {
  readonly title: string;
  readonly hint: string;
  readonly range: string;
  readonly granularity: Granularity;
  readonly accumulated: boolean;
  readonly grouping: readonly Column[];
  readonly chart: ChartKind;
}

const by = (name: string): readonly Column[] => [{ type: "Dimension", name }];

export const VIEWS: Readonly<Record<ViewName, View>> = {
  accumulated: {
    title: "Accumulated costs",
    hint: "How this month adds up",
    range: "this-month",
    granularity: "Daily",
    accumulated: true,
    grouping: [],
    chart: "area",
  },
  daily: {
    title: "Daily costs",
    hint: "Each of the last 30 days, by model",
    range: "last-30-days",
    granularity: "Daily",
    accumulated: false,
    grouping: by("Model"),
    chart: "column",
  },
  resource: {
    title: "Cost by resource",
    hint: "Every resource, dearest first",
    range: "this-month",
    granularity: "None",
    accumulated: false,
    grouping: by("ResourceId"),
    chart: "table",
  },
  service: {
    title: "Cost by service",
    hint: "Each month of a year, by service",
    range: "last-12-months",
    granularity: "Monthly",
    accumulated: false,
    grouping: by("ServiceName"),
    chart: "column",
  },
  meter: {
    title: "Cost by meter",
    hint: "Each day of this month, by meter",
    range: "this-month",
    granularity: "Daily",
    accumulated: false,
    grouping: by("Meter"),
    chart: "column",
  },
  ai: {
    title: "AI smart view",
    hint: "Resources, their deployments and token types",
    range: "this-month",
    granularity: "None",
    accumulated: false,
    grouping: [],
    chart: "table",
  },
};

export const VIEW_NAMES = Object.keys(VIEWS) as readonly ViewName[];
