/** A pill that opens a list with a search field. */
import type { ReactNode } from "react";
import { PillText } from "./Pill";
import { Pop } from "./Pop";
import { SearchList, type SearchOption } from "./SearchList";

export function Picker(props: {
  label: string;
  value: string;
  labelled?: boolean;
  icon?: ReactNode;
  options: readonly SearchOption[];
  chosen: string;
  onPick: (id: string) => void;
}): ReactNode {
  const { label, value, labelled = true, icon, options, chosen, onPick } = props;
  return (
    <Pop
      label={label}
      role="dialog"
      className="picker"
      buttonProps={{ className: "pill", "aria-label": `${label}: ${value}` }}
      button={<PillText label={labelled ? label : undefined} value={value} icon={icon} opens />}
    >
      {(close) => (
        <SearchList
          label={label}
          options={options}
          chosen={new Set([chosen])}
          onPick={(id) => {
            close();
            onPick(id);
          }}
        />
      )}
    </Pop>
  );
}
