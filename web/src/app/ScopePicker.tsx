/** The scope: one node of what the reader may see, with everything below it. */
import { Organization16Regular } from "@fluentui/react-icons";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useDesk } from "../analysis/context";
import { resourceName } from "../analysis/names";
import * as catalog from "../api/catalog";
import { Picker } from "../ui/Picker";
import type { SearchOption } from "../ui/SearchList";
import { treeOptions } from "./scopeTree";

const EVERYTHING: SearchOption = { id: "/", label: "Everything", detail: "All that you may see" };

export function ScopePicker(): ReactNode {
  const { state, move } = useDesk();
  const { data } = useQuery({
    queryKey: ["scopes"],
    queryFn: ({ signal }) => catalog.scopes(signal),
  });
  const options = [EVERYTHING, ...treeOptions(data ?? [])];
  const chosen = options.find((option) => option.id.toLowerCase() === state.scope.toLowerCase());
  return (
    <Picker
      label="Scope"
      icon={<Organization16Regular />}
      value={chosen?.label ?? resourceName(state.scope)}
      options={options}
      chosen={chosen?.id ?? state.scope}
      onPick={(scope) => move({ ...state, scope })}
    />
  );
}
