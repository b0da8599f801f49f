/** A pill that opens a short menu of which one is chosen. */
import { Checkmark16Regular } from "@fluentui/react-icons";
import { type KeyboardEvent, type ReactElement, type ReactNode, useEffect, useRef } from "react";
import { PillText } from "./Pill";
import { Pop } from "./Pop";

export interface Option<T extends string> {
  readonly id: T;
  readonly label: string;
  readonly hint?: string;
  readonly icon?: ReactElement;
}

interface ChoiceProps<T extends string> {
  readonly label: string;
  readonly options: readonly Option<T>[];
  readonly chosen: T;
  readonly onChoose: (id: T) => void;
}

export function Choice<T extends string>(props: ChoiceProps<T>): ReactNode {
  const { label, options, chosen } = props;
  const current = options.find((option) => option.id === chosen);
  return (
    <Pop
      label={label}
      role="menu"
      buttonProps={{ className: "pill" }}
      button={
        <PillText label={label} value={current?.label ?? chosen} icon={current?.icon} opens />
      }
    >
      {(close) => <ChoiceMenu {...props} close={close} />}
    </Pop>
  );
}

/** The menu alone: arrows, Home, End and first letters move, Enter chooses. */
export function ChoiceMenu<T extends string>(
  props: ChoiceProps<T> & { close: () => void },
): ReactNode {
  const { options, chosen, onChoose, close } = props;
  const list = useRef<HTMLDivElement>(null);
  useEffect(() => list.current?.querySelector<HTMLElement>("[aria-checked=true]")?.focus(), []);
  const onKeyDown = (event: KeyboardEvent): void => {
    const items = [...(list.current?.querySelectorAll<HTMLElement>("[role=menuitemradio]") ?? [])];
    const target = nextItem(items, event.key);
    if (!target) return;
    event.preventDefault();
    target.focus();
  };
  return (
    <div ref={list} role="none" onKeyDown={onKeyDown}>
      {options.map((option) => (
        <button
          key={option.id}
          type="button"
          role="menuitemradio"
          aria-checked={option.id === chosen}
          tabIndex={option.id === chosen ? 0 : -1}
          className="menu-item"
          onClick={() => {
            close();
            onChoose(option.id);
          }}
        >
          <span className="option-mark">{option.id === chosen && <Checkmark16Regular />}</span>
          {option.icon && <span className="pill-icon">{option.icon}</span>}
          <span>
            {option.label}
            {option.hint && <span className="menu-hint">{option.hint}</span>}
          </span>
        </button>
      ))}
    </div>
  );
}

function nextItem(items: readonly HTMLElement[], key: string): HTMLElement | undefined {
  const at = items.indexOf(document.activeElement as HTMLElement);
  if (key === "ArrowDown") return items[(at + 1) % items.length];
  if (key === "ArrowUp") return items.at(at <= 0 ? -1 : at - 1);
  if (key === "Home") return items[0];
  if (key === "End") return items.at(-1);
  if (key.length > 1 || key === " ") return undefined;
  const after = [...items.slice(at + 1), ...items.slice(0, at + 1)];
  return after.find((item) => item.textContent.trim().toLowerCase().startsWith(key.toLowerCase()));
}
