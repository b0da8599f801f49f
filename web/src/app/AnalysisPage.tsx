/** Title with the view menu, the line of pills, and the view itself. */
import {
  Menu,
  MenuItemRadio,
  MenuList,
  MenuPopover,
  MenuTrigger,
} from "@fluentui/react-components";
import { ChevronDown20Regular } from "@fluentui/react-icons";
import { type ReactNode, useEffect } from "react";
import { CostView } from "../analysis/CostView";
import { useDesk } from "../analysis/context";
import { started } from "../analysis/state";
import { Toolbar } from "../analysis/Toolbar";
import { VIEW_NAMES, VIEWS, type ViewName } from "../analysis/views";
import { SmartView } from "../smart/SmartView";

export function AnalysisPage(): ReactNode {
  const { state } = useDesk();
  const { title } = VIEWS[state.view];
  useEffect(() => {
    document.title = `${title} - Costplane`;
  }, [title]);
  return (
    <>
      <div className="title-line">
        <h1>
          <span className="hidden">Cost analysis: </span>
          <ViewMenu />
        </h1>
        <span className="secondary title-hint">{VIEWS[state.view].hint}</span>
      </div>
      <Toolbar />
      {state.view === "ai" ? <SmartView /> : <CostView />}
    </>
  );
}

function ViewMenu(): ReactNode {
  const { state, move } = useDesk();
  // A view brings its own range and grouping; the question of which costs stays.
  const open = (view: ViewName): void =>
    move({ ...started(view, state.scope), conditions: state.conditions });
  return (
    <Menu
      positioning="below-start"
      checkedValues={{ view: [state.view] }}
      onCheckedValueChange={(_, data) => open((data.checkedItems[0] ?? state.view) as ViewName)}
    >
      <MenuTrigger disableButtonEnhancement>
        <button type="button" className="view-button">
          {VIEWS[state.view].title}
          <ChevronDown20Regular aria-hidden />
        </button>
      </MenuTrigger>
      <MenuPopover>
        <MenuList>
          {VIEW_NAMES.map((view) => (
            <MenuItemRadio key={view} name="view" value={view} subText={VIEWS[view].hint}>
              {VIEWS[view].title}
            </MenuItemRadio>
          ))}
        </MenuList>
      </MenuPopover>
    </Menu>
  );
}
