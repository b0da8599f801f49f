/** What stands in a rounded button of the line that reads as a sentence: "Group by: Model". */
import { ChevronDown16Regular } from "@fluentui/react-icons";
import type { ReactNode } from "react";

export function PillText(props: {
  label?: string | undefined;
  value: string;
  icon?: ReactNode;
  opens?: boolean;
}): ReactNode {
  const { label, value, icon, opens = false } = props;
  return (
    <>
      {icon && (
        <span aria-hidden className="pill-icon">
          {icon}
        </span>
      )}
      {label && <span className="pill-label">{label}:</span>}
      <span className="pill-value">{value}</span>
      {opens && <ChevronDown16Regular aria-hidden />}
    </>
  );
}
