/**
 * A pill with a floating surface, on the browser's own popover: Esc and a click elsewhere close
 * it, and the focus returns to the pill.
 */
import {
  type ButtonHTMLAttributes,
  type FocusEvent,
  type ReactNode,
  useId,
  useLayoutEffect,
  useRef,
  useState,
} from "react";

interface PopProps {
  /** The button's content. */
  readonly button: ReactNode;
  readonly buttonProps?: ButtonHTMLAttributes<HTMLButtonElement>;
  readonly label: string;
  readonly role: "dialog" | "menu";
  readonly className?: string;
  /** Drawn only while open. */
  readonly children: (close: () => void) => ReactNode;
}

const MARGIN = 8;

export function Pop(props: PopProps): ReactNode {
  const { button, buttonProps, label, role, className = "", children } = props;
  const [open, setOpen] = useState(false);
  const id = useId();
  const trigger = useRef<HTMLButtonElement>(null);
  const surface = useRef<HTMLDivElement>(null);
  const close = (): void => surface.current?.hidePopover();
  useLayoutEffect(() => {
    if (open && trigger.current && surface.current) place(surface.current, trigger.current);
  }, [open]);
  const onBlur = ({ relatedTarget }: FocusEvent<HTMLDivElement>): void => {
    const next = relatedTarget as Node | null;
    if (next && next !== trigger.current && !surface.current?.contains(next)) close();
  };
  return (
    <>
      <button
        type="button"
        {...buttonProps}
        ref={trigger}
        popoverTarget={id}
        aria-haspopup={role}
        aria-expanded={open}
      >
        {button}
      </button>
      {/* biome-ignore lint/a11y: the role comes with the content, a dialog or a menu */}
      <div
        id={id}
        ref={surface}
        popover="auto"
        role={role}
        aria-label={label}
        className={`pop ${className}`}
        onToggle={(event) => setOpen(event.newState === "open")}
        onBlur={onBlur}
      >
        {open && children(close)}
      </div>
    </>
  );
}

/** Under the pill, or above it where there is more room, and never beyond the window's edge. */
function place(surface: HTMLElement, trigger: HTMLElement): void {
  const at = trigger.getBoundingClientRect();
  const { width, height } = surface.getBoundingClientRect();
  const left = Math.max(
    MARGIN,
    Math.min(at.left, document.documentElement.clientWidth - width - MARGIN),
  );
  const below = innerHeight - at.bottom;
  const above = below < height + MARGIN && at.top > below;
  const top = above ? Math.max(MARGIN, at.top - height - 4) : at.bottom + 4;
  surface.style.left = `${left + scrollX}px`;
  surface.style.top = `${top + scrollY}px`;
}
