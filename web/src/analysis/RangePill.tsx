/** The range pill: a step back, the range, a step on. Keys [ and ] do the same. */
import {
  Button,
  Field,
  Input,
  Popover,
  PopoverSurface,
  PopoverTrigger,
} from "@fluentui/react-components";
import {
  CalendarLtr16Regular,
  ChevronLeft16Regular,
  ChevronRight16Regular,
} from "@fluentui/react-icons";
import { type ReactNode, useEffect, useState } from "react";
import { spanText } from "../core/format";
import { addDays, isDay, moved, PRESETS, resolve, token } from "../core/period";
import { Pill } from "../ui/Pill";
import { useDesk } from "./context";

const NAMES: Readonly<Record<string, string>> = {
  "this-month": "This month",
  "last-month": "Last month",
  "last-7-days": "Last 7 days",
  "last-30-days": "Last 30 days",
  "this-year": "This year",
  "last-12-months": "Last 12 months",
};

export function RangePill(): ReactNode {
  const { state, move, today } = useDesk();
  const [open, setOpen] = useState(false);
  const span = resolve(state.range, today);
  const choose = (range: string): void => {
    setOpen(false);
    move({ ...state, range });
  };
  const step = (steps: number): void => {
    const next = token(moved(span, steps));
    const same = PRESETS.find((preset) => token(resolve(preset, today)) === next);
    move({ ...state, range: same === "this-month" || same === "this-year" ? same : next });
  };
  useKeys({ "[": () => step(-1), "]": () => step(1) });
  const name = NAMES[state.range];
  const text = spanText(span);
  return (
    <div className="range">
      <Button
        appearance="subtle"
        size="small"
        icon={<ChevronLeft16Regular />}
        aria-label="Previous period"
        title="Previous period ( [ )"
        onClick={() => step(-1)}
      />
      <Popover
        open={open}
        onOpenChange={(_, data) => setOpen(data.open)}
        positioning="below-start"
        trapFocus
      >
        <PopoverTrigger disableButtonEnhancement>
          <Pill
            icon={<CalendarLtr16Regular />}
            label={name}
            value={text}
            title="Days in UTC"
            opens
          />
        </PopoverTrigger>
        <PopoverSurface className="range-menu" aria-label="Range">
          <div className="presets">
            {PRESETS.map((preset) => (
              <button
                key={preset}
                type="button"
                className="preset"
                aria-pressed={state.range === preset}
                onClick={() => choose(preset)}
              >
                <span>{NAMES[preset]}</span>
                <span className="secondary">{spanText(resolve(preset, today))}</span>
              </button>
            ))}
          </div>
          <CustomRange from={span.from} to={addDays(span.until, -1)} onApply={choose} />
        </PopoverSurface>
      </Popover>
      <Button
        appearance="subtle"
        size="small"
        icon={<ChevronRight16Regular />}
        aria-label="Next period"
        title="Next period ( ] )"
        onClick={() => step(1)}
      />
    </div>
  );
}

function CustomRange(props: {
  from: string;
  to: string;
  onApply: (range: string) => void;
}): ReactNode {
  const [from, setFrom] = useState(props.from);
  const [to, setTo] = useState(props.to);
  const fault =
    isDay(from) && isDay(to) ? (from > to ? "From lies after To" : null) : "Two days, please";
  const apply = (): void => props.onApply(token({ from, until: addDays(to, 1) }));
  return (
    <form
      className="custom-range"
      onSubmit={(event) => {
        event.preventDefault();
        if (!fault) apply();
      }}
    >
      <Field label="From" size="small">
        <Input type="date" value={from} onChange={(_, data) => setFrom(data.value)} />
      </Field>
      <Field label="To, inclusive" size="small" validationMessage={fault}>
        <Input type="date" value={to} onChange={(_, data) => setTo(data.value)} />
      </Field>
      <Button type="submit" appearance="primary" size="small" disabled={fault !== null}>
        Apply
      </Button>
      <p className="secondary">Days are UTC, as on Azure’s bills.</p>
    </form>
  );
}

/** Single keys that work wherever nothing is being typed. */
function useKeys(keys: Readonly<Record<string, () => void>>): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      const typing = (event.target as Element).closest?.(
        "input, textarea, [role=dialog], [role=menu]",
      );
      if (typing || event.ctrlKey || event.metaKey) return;
      keys[event.key]?.();
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  });
}
