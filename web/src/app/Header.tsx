/** Product, scope, how fresh the numbers are, and light or dark. */
import { Badge, Button } from "@fluentui/react-components";
import {
  Navigation20Regular,
  SignOut20Regular,
  WeatherMoon20Regular,
  WeatherSunny20Regular,
} from "@fluentui/react-icons";
import { useIsFetching, useMutation, useQueryClient } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useDesk } from "../analysis/context";
import { signOut } from "../api/session";
import { ageText, momentText } from "../core/format";
import { useLook } from "../ui/look";
import { ScopePicker } from "./ScopePicker";
import { useSession } from "./SignIn";

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
      <Account />
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

/** Who is signed in, and the way out; nothing on a server without sign-in. */
function Account(): ReactNode {
  const { data } = useSession();
  const client = useQueryClient();
  const leaving = useMutation({
    mutationFn: signOut,
    // The next reader may see less: nothing of this one's stays.
    onSettled: async () => {
      await client.resetQueries({ queryKey: ["session"] });
      client.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== "session" });
    },
  });
  if (!data?.authentication) return null;
  return (
    <>
      <span className="account" title={data.name ?? undefined}>
        {data.name}
      </span>
      <Button
        appearance="transparent"
        icon={<SignOut20Regular />}
        aria-label="Sign out"
        title="Sign out"
        disabled={leaving.isPending}
        onClick={() => leaving.mutate()}
      />
    </>
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
