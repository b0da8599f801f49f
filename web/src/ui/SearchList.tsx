/** Type to find, arrows to move, Enter to pick: one list for scopes, dimensions and values. */
import { Checkmark16Regular, Search16Regular } from "@fluentui/react-icons";
import { type KeyboardEvent, type ReactNode, useEffect, useId, useRef, useState } from "react";

export interface SearchOption {
  readonly id: string;
  readonly label: string;
  /** Said beneath or on hover: the full id, a description. */
  readonly detail?: string;
  /** Set right: a cost. */
  readonly aside?: string;
  /** Steps of indentation in a tree. */
  readonly depth?: number;
}

// Thousands of sessions or users: the first ones are drawn, the others found by typing.
const MOST_DRAWN = 200;

export function SearchList(props: {
  label: string;
  options: readonly SearchOption[];
  chosen: ReadonlySet<string>;
  multiple?: boolean;
  onPick: (id: string) => void;
}): ReactNode {
  const { label, options, chosen, multiple = false, onPick } = props;
  const [text, setText] = useState("");
  const [active, setActive] = useState(0);
  const listId = useId();
  const list = useRef<HTMLDivElement>(null);
  const found = options.filter((option) => matches(option, text)).sort(startingWith(text));
  const drawn = found.slice(0, MOST_DRAWN);
  useEffect(() => {
    list.current?.querySelector("[data-active]")?.scrollIntoView({ block: "nearest" });
  }, [active]);
  const onKeyDown = (event: KeyboardEvent): void => {
    const target = nextActive(event.key, active, drawn.length);
    if (target !== null) setActive(target);
    const option = drawn[active];
    if (event.key === "Enter" && option) onPick(option.id);
    if (target !== null || event.key === "Enter") event.preventDefault();
  };
  return (
    <div className="search-list">
      <div className="search-field">
        <Search16Regular aria-hidden />
        <input
          // biome-ignore lint/a11y/noAutofocus: whoever opens the list means to type or to move in it
          autoFocus
          role="combobox"
          aria-label={`Find in ${label}`}
          aria-expanded
          aria-controls={listId}
          aria-activedescendant={drawn.length > 0 ? `${listId}-${active}` : undefined}
          placeholder="Type to find"
          autoComplete="off"
          spellCheck={false}
          value={text}
          onChange={(event) => {
            setText(event.target.value);
            setActive(0);
          }}
          onKeyDown={onKeyDown}
        />
      </div>
      <div
        id={listId}
        ref={list}
        className="options"
        role="listbox"
        aria-label={label}
        aria-multiselectable={multiple}
        tabIndex={-1}
      >
        {drawn.map((option, index) => (
          <Row
            key={option.id}
            id={`${listId}-${index}`}
            option={option}
            active={index === active}
            chosen={chosen.has(option.id)}
            multiple={multiple}
            onPick={onPick}
          />
        ))}
      </div>
      {found.length === 0 && <p className="options-note">Nothing matches “{text}”.</p>}
      {found.length > drawn.length && (
        <p className="options-note">
          {MOST_DRAWN} of {found.length} shown. Type to find the others.
        </p>
      )}
    </div>
  );
}

function Row(props: {
  id: string;
  option: SearchOption;
  active: boolean;
  chosen: boolean;
  multiple: boolean;
  onPick: (id: string) => void;
}): ReactNode {
  const { id, option, active, chosen, multiple, onPick } = props;
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the search field has the focus and the keys
    <div
      id={id}
      role="option"
      tabIndex={-1}
      aria-selected={chosen}
      data-active={active || undefined}
      className={`option ${multiple ? "option-multiple" : ""}`}
      style={{ paddingInlineStart: 8 + 16 * (option.depth ?? 0) }}
      title={option.detail}
      onClick={() => onPick(option.id)}
    >
      <span className="option-mark">{chosen && <Checkmark16Regular aria-hidden />}</span>
      <span className="option-label">{option.label}</span>
      {option.aside && <span className="option-aside">{option.aside}</span>}
    </div>
  );
}

function matches({ label, id, detail }: SearchOption, text: string): boolean {
  const all = `${label} ${id} ${detail ?? ""}`.toLocaleLowerCase();
  return text
    .toLocaleLowerCase()
    .split(/\s+/)
    .every((word) => all.includes(word));
}

/** What begins with the text comes first; the order is otherwise kept. */
function startingWith(text: string) {
  const starts = ({ label }: SearchOption): number =>
    text !== "" && label.toLocaleLowerCase().startsWith(text.toLocaleLowerCase()) ? 0 : 1;
  return (a: SearchOption, b: SearchOption): number => starts(a) - starts(b);
}

function nextActive(key: string, active: number, count: number): number | null {
  const last = Math.max(0, count - 1);
  if (key === "ArrowDown") return active >= last ? 0 : active + 1;
  if (key === "ArrowUp") return active <= 0 ? last : active - 1;
  if (key === "PageDown") return Math.min(last, active + 8);
  if (key === "PageUp") return Math.max(0, active - 8);
  return null;
}
