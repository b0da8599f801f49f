/** The frame of the page: theme, header, rail, and the analysis that the address names. */
import { FluentProvider } from "@fluentui/react-components";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useEffect, useMemo, useRef, useState } from "react";
import { useAnalysis } from "../analysis/address";
import { type Desk, DeskProvider } from "../analysis/context";
import { columnOf } from "../analysis/state";
import * as catalog from "../api/catalog";
import { copyExactly } from "../ui/exactCopy";
import { LookProvider, themeOf, useNewLook } from "../ui/look";
import { recall, remember } from "../ui/memory";
import { Failure, Skeleton } from "../ui/Panel";
import { AnalysisPage } from "./AnalysisPage";
import { Header } from "./Header";
import { Rail } from "./Rail";
import { Gate } from "./SignIn";

const CALM_MS = 15_000;
const LOADING_MS = 3_000;

export function App(): ReactNode {
  const look = useNewLook();
  useEffect(() => {
    document.addEventListener("copy", copyExactly);
    return () => document.removeEventListener("copy", copyExactly);
  }, []);
  useEffect(() => {
    document.documentElement.style.colorScheme = look.mode;
  }, [look.mode]);
  return (
    <FluentProvider theme={themeOf(look.mode)} className="app">
      <LookProvider value={look}>
        <Gate>
          <Ready />
        </Gate>
      </LookProvider>
    </FluentProvider>
  );
}

/** Everything below needs the server's clock: without it "this month" has no meaning. */
function Ready(): ReactNode {
  const { data, error, refetch } = useStatus();
  if (data) return <Shell status={data} />;
  return (
    <main className="content">
      <h1 className="hidden">Cost analysis</h1>
      {error ? (
        <Failure error={error} retry={() => void refetch()} />
      ) : (
        <Skeleton heights={[32, 96, 360, 240]} label="Cost analysis" />
      )}
    </main>
  );
}

function Shell({ status }: { status: catalog.Status }): ReactNode {
  const [state, move] = useAnalysis();
  const { scope } = state;
  const dimensions = useQuery({
    queryKey: ["dimensions", scope],
    queryFn: ({ signal }) => catalog.dimensions(scope, signal),
    placeholderData: (old) => old,
  });
  const [railOpen, setRailOpen] = useState(() => recall("rail") === "open");
  const turnRail = (): void => {
    remember("rail", railOpen ? "closed" : "open");
    setRailOpen(!railOpen);
  };
  const menus = useMemo(() => menusOf(dimensions.data), [dimensions.data]);
  const today = status.now.slice(0, 10);
  const desk = useMemo(
    (): Desk => ({ state, move, status, today, ...menus }),
    [state, move, status, today, menus],
  );
  return (
    <DeskProvider value={desk}>
      <a className="skip" href="#content">
        Skip to content
      </a>
      <Header onMenu={turnRail} menuOpen={railOpen} />
      <div className="body">
        <Rail open={railOpen} />
        <main id="content" className="content" tabIndex={-1}>
          <AnalysisPage />
        </main>
      </div>
    </DeskProvider>
  );
}

function menusOf(found: catalog.Dimensions | undefined): Pick<Desk, "labels" | "columns"> {
  const names = found?.dimensions.map(({ name }) => name) ?? [];
  const tags = found?.tags.map((tag) => `tag:${tag}`) ?? [];
  return {
    labels: new Map(found?.dimensions.map(({ name, label }) => [name, label])),
    columns: [...names, ...tags].map(columnOf),
  };
}

/** The server's state; when it holds more than before, every picture is asked for anew. */
function useStatus() {
  const client = useQueryClient();
  const query = useQuery({
    queryKey: ["status"],
    queryFn: ({ signal }) => catalog.status(signal),
    refetchInterval: ({ state }) => (state.data?.loading?.active ? LOADING_MS : CALM_MS),
  });
  const held = query.data && `${query.data.newest} ${query.data.loading?.loaded}`;
  const before = useRef(held);
  useEffect(() => {
    const more = before.current !== undefined && before.current !== held;
    before.current = held;
    if (!more) return;
    for (const key of ["query", "values"]) void client.invalidateQueries({ queryKey: [key] });
  }, [held, client]);
  return query;
}
