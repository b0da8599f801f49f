/** The sections at the left; each entry leads somewhere. */
import { BrainCircuit20Regular, DataPie20Regular } from "@fluentui/react-icons";
import type { MouseEvent, ReactElement, ReactNode } from "react";
import { addressOf } from "../analysis/address";
import { useDesk } from "../analysis/context";
import { started } from "../analysis/state";
import type { ViewName } from "../analysis/views";

interface Entry {
  readonly name: string;
  readonly icon: ReactElement;
  readonly view: ViewName;
}

const SECTIONS: readonly { readonly name: string; readonly entries: readonly Entry[] }[] = [
  {
    name: "Analyse",
    entries: [
      { name: "Cost analysis", icon: <DataPie20Regular />, view: "accumulated" },
      { name: "AI smart view", icon: <BrainCircuit20Regular />, view: "ai" },
    ],
  },
];

export function Rail({ open }: { open: boolean }): ReactNode {
  return (
    <nav className={`rail ${open ? "rail-open" : ""}`} aria-label="Sections">
      {SECTIONS.map((section) => (
        <div key={section.name}>
          <p className="rail-section">{section.name}</p>
          {section.entries.map((entry) => (
            <RailLink key={entry.name} entry={entry} />
          ))}
        </div>
      ))}
    </nav>
  );
}

function RailLink({ entry }: { entry: Entry }): ReactNode {
  const { state, move } = useDesk();
  const target = started(entry.view, state.scope);
  const here = (state.view === "ai") === (entry.view === "ai");
  const follow = (event: MouseEvent): void => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    move(target);
  };
  return (
    <a
      className="rail-link"
      href={addressOf(target)}
      title={entry.name}
      aria-current={here ? "page" : undefined}
      onClick={follow}
    >
      {entry.icon}
      <span className="rail-name">{entry.name}</span>
    </a>
  );
}
