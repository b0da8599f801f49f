/** The range pill: a step back, the range, a step on. Keys [ and ] do the same. */
import { Button, Field, Input } from "@fluentui/react-components";
import {
  CalendarLtr16Regular,
  ChevronLeft16Regular,
  ChevronRight16Regular,
} from "@fluentui/react-icons";
import { type ReactNode, useEffect, useState } from "react";
import { spanText } from "../core/format";
import { addDays, isDay, moved, PRESETS, resolve, token } from "../core/period";
import { PillText } from "../ui/Pill";
import { Pop } from "../ui/Pop";
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
  const span = resolve(state.range, today);
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
      <Pop
        label="Range"
        role="dialog"
        className="range-menu"
        buttonProps={{ className: "pill", title: "Days in UTC" }}
        button={<PillText icon={<CalendarLtr16Regular />} label={name} value={text} opens />}
      >
        {(close) => {
          const choose = (range: string): void => {
            close();
            move({ ...state, range });
          };
          return (
            <>
              <Presets chosen={state.range} today={today} onChoose={choose} />
              <CustomRange from={span.from} to={addDays(span.until, -1)} onApply={choose} />
            </>
          );
        }}
      </Pop>
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

function Presets(props: {
  chosen: string;
  today: string;
  onChoose: (range: string) => void;
}): ReactNode {
  const { chosen, today, onChoose } = props;
  return (
    <div className="presets">
      {PRESETS.map((preset) => (
        <button
          key={preset}
          type="button"
          className="preset"
          aria-pressed={chosen === preset}
          // biome-ignore lint/a11y/noAutofocus: the focus goes where the choice is made
          autoFocus={preset === (chosen in NAMES ? chosen : PRESETS[0])}
          onClick={() => onChoose(preset)}
        >
          <span>{NAMES[preset]}</span>
          <span className="secondary">{spanText(resolve(preset, today))}</span>
        </button>
      ))}
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
      const typing = (event.target as Element).closest?.("input, textarea, [popover]");
      if (typing || event.ctrlKey || event.metaKey) return;
      keys[event.key]?.();
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  });
}
