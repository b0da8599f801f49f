/**
 * A button with a floating surface, on the browser's own popover: Esc and a click elsewhere close
 * it, the focus returns to the button, and style sheets place it (ui.css).
 */
import {
  type ButtonHTMLAttributes,
  type FocusEvent,
  type ReactNode,
  useId,
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

export function Pop(props: PopProps): ReactNode {
  const { button, buttonProps, label, role, className = "", children } = props;
  const [open, setOpen] = useState(false);
  const id = useId();
  const trigger = useRef<HTMLButtonElement>(null);
  const surface = useRef<HTMLDivElement>(null);
  const close = (): void => surface.current?.hidePopover();
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
