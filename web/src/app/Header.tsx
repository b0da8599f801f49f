/** Product, scope, how fresh the numbers are, and light or dark. */
import { Badge, Button } from "@fluentui/react-components";
import {
  Navigation20Regular,
  WeatherMoon20Regular,
  WeatherSunny20Regular,
} from "@fluentui/react-icons";
import { useIsFetching } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useDesk } from "../analysis/context";
import { ageText, momentText } from "../core/format";
import { useLook } from "../ui/look";
import { ScopePicker } from "./ScopePicker";

export function Header(props: { onMenu: () => void; menuOpen: boolean }): ReactNode {
  const { onMenu, menuOpen } = props;
  const { mode, toggle } = useLook();
  const fetching = useIsFetching({ queryKey: ["query"] }) > 0;
  const next = mode === "dark" ? "light" : "dark";
  return (
    <header className="header">
      <Button
        appearance="transparent"
        icon={<Navigation20Regular />}
        aria-label="Menu"
        aria-expanded={menuOpen}
        onClick={onMenu}
      />
      <span className="product">Costplane</span>
      <ScopePicker />
      <span className="header-space" />
      <Freshness />
      <Button
        appearance="transparent"
        icon={mode === "dark" ? <WeatherSunny20Regular /> : <WeatherMoon20Regular />}
        aria-label={`Switch to ${next}`}
        title={`Switch to ${next}`}
        onClick={toggle}
      />
      <span className={`progress ${fetching ? "progress-on" : ""}`} aria-hidden />
    </header>
  );
}

function Freshness(): ReactNode {
  const { newest, now, loading, demo } = useDesk().status;
  const text = loading?.active
    ? `Loading ${loading.loaded} of ${loading.total}`
    : newest === null
      ? "No usage yet"
      : `Newest usage ${ageText(newest, now)}`;
  return (
    <span className="freshness" role="status">
      {demo && (
        <Badge appearance="outline" color="informative">
          Demo data
        </Badge>
      )}
      <span className={`dot ${loading?.active ? "dot-loading" : ""}`} aria-hidden />
      <span title={newest ? momentText(newest) : undefined}>{text}</span>
    </span>
  );
}
