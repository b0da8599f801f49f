/** A pill that opens a list with a search field. */
import { Popover, PopoverSurface, PopoverTrigger } from "@fluentui/react-components";
import { type ReactNode, useState } from "react";
import { Pill } from "./Pill";
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
  const [open, setOpen] = useState(false);
  const pick = (id: string): void => {
    setOpen(false);
    onPick(id);
  };
  return (
    <Popover
      open={open}
      onOpenChange={(_, data) => setOpen(data.open)}
      positioning="below-start"
      trapFocus
    >
      <PopoverTrigger disableButtonEnhancement>
        <Pill
          label={labelled ? label : undefined}
          value={value}
          icon={icon}
          aria-label={`${label}: ${value}`}
          opens
        />
      </PopoverTrigger>
      <PopoverSurface className="picker" aria-label={label}>
        <SearchList label={label} options={options} chosen={new Set([chosen])} onPick={pick} />
      </PopoverSurface>
    </Popover>
  );
}
