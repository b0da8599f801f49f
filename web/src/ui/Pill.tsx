/** The rounded button of the line that reads as a sentence: "Group by: Model". */
import { ChevronDown16Regular } from "@fluentui/react-icons";
import type { ButtonHTMLAttributes, ReactNode, Ref } from "react";

interface PillProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  label?: string | undefined;
  value: string;
  icon?: ReactNode;
  opens?: boolean;
  ref?: Ref<HTMLButtonElement>;
}

export function Pill({ label, value, icon, opens, className, ...rest }: PillProps): ReactNode {
  return (
    <button type="button" className={`pill ${className ?? ""}`} {...rest}>
      {icon && (
        <span aria-hidden className="pill-icon">
          {icon}
        </span>
      )}
      {label && <span className="pill-label">{label}:</span>}
      <span className="pill-value">{value}</span>
      {opens && <ChevronDown16Regular aria-hidden />}
    </button>
  );
}
