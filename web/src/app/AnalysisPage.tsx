/** Title with the view menu, the line of pills, and the view itself. */
import { Button } from "@fluentui/react-components";
import { ChevronDown20Regular } from "@fluentui/react-icons";
import { type ReactNode, useEffect } from "react";
import { CostView } from "../analysis/CostView";
import { useDesk } from "../analysis/context";
import { started, write } from "../analysis/state";
import { Toolbar } from "../analysis/Toolbar";
import { VIEW_NAMES, VIEWS, type ViewName } from "../analysis/views";
import { SmartView } from "../smart/SmartView";
import { ChoiceMenu } from "../ui/Choice";
import { Pop } from "../ui/Pop";

const OPTIONS = VIEW_NAMES.map((id) => ({ id, label: VIEWS[id].title, hint: VIEWS[id].hint }));

export function AnalysisPage(): ReactNode {
  const { state, move } = useDesk();
  const { title } = VIEWS[state.view];
  const start = started(state.view, state.scope);
  const changed = write(state) !== write(start);
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
        {changed && (
          <Button size="small" appearance="subtle" onClick={() => move(start)}>
            Reset view
          </Button>
        )}
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
    <Pop
      label="View"
      role="menu"
      buttonProps={{ className: "view-button" }}
      button={
        <>
          {VIEWS[state.view].title}
          <ChevronDown20Regular aria-hidden />
        </>
      }
    >
      {(close) => (
        <ChoiceMenu
          label="View"
          options={OPTIONS}
          chosen={state.view}
          onChoose={open}
          close={close}
        />
      )}
    </Pop>
  );
}
