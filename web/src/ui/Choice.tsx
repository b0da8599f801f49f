/** A pill that opens a short menu of which one is chosen. */
import {
  Menu,
  MenuItemRadio,
  MenuList,
  MenuPopover,
  MenuTrigger,
} from "@fluentui/react-components";
import type { ReactElement, ReactNode } from "react";
import { Pill } from "./Pill";

export interface Option<T extends string> {
  readonly id: T;
  readonly label: string;
  readonly hint?: string;
  readonly icon?: ReactElement;
}

export function Choice<T extends string>(props: {
  label: string;
  options: readonly Option<T>[];
  chosen: T;
  onChoose: (id: T) => void;
}): ReactNode {
  const { label, options, chosen, onChoose } = props;
  const current = options.find((option) => option.id === chosen);
  return (
    <Menu
      positioning="below-start"
      checkedValues={{ choice: [chosen] }}
      onCheckedValueChange={(_, data) => onChoose((data.checkedItems[0] ?? chosen) as T)}
    >
      <MenuTrigger disableButtonEnhancement>
        <Pill label={label} value={current?.label ?? chosen} icon={current?.icon} opens />
      </MenuTrigger>
      <MenuPopover>
        <MenuList>
          {options.map((option) => (
            <MenuItemRadio
              key={option.id}
              name="choice"
              value={option.id}
              icon={option.icon ?? null}
              subText={option.hint ?? null}
            >
              {option.label}
            </MenuItemRadio>
          ))}
        </MenuList>
      </MenuPopover>
    </Menu>
  );
}
