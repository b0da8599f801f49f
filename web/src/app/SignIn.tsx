/** Asks who is there, before anything is shown; nothing is asked of a server without sign-in. */
import { Button, Field, Input } from "@fluentui/react-components";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, type ReactNode, useState } from "react";
import { type Session, session, signIn, signInAddress } from "../api/session";
import { Failure, Skeleton } from "../ui/Panel";

/** What an issuer's answer came to, when it brought nobody in (`?sign-in=`). */
const OUTCOMES: Readonly<Record<string, string>> = {
  refused: "You were not signed in. Try again; the reason is in the audit log.",
  unavailable: "The issuer does not answer now. Try again later, or sign in with a token.",
};

// Read before the page writes its own state into the address; told until somebody signs in.
let outcome = OUTCOMES[new URLSearchParams(location.search).get("sign-in") ?? ""];

export function useSession() {
  return useQuery({
    queryKey: ["session"],
    queryFn: ({ signal }) => session(signal),
    staleTime: Number.POSITIVE_INFINITY,
  });
}

/** The page for whoever is signed in; else the way in. */
export function Gate({ children }: { children: ReactNode }): ReactNode {
  const { data, error, refetch } = useSession();
  if (data?.name) return children;
  return (
    <main className="content">
      {data ? (
        <SignIn ways={data.ways} />
      ) : error ? (
        <Failure error={error} retry={() => void refetch()} />
      ) : (
        <Skeleton heights={[32, 96, 360, 240]} label="Cost analysis" />
      )}
    </main>
  );
}

function SignIn({ ways }: { ways: Session["ways"] }): ReactNode {
  const client = useQueryClient();
  const [token, setToken] = useState("");
  const entering = useMutation({
    mutationFn: signIn,
    onSuccess: (found) => {
      outcome = undefined;
      client.setQueryData(["session"], found);
    },
  });
  const enter = (event: FormEvent): void => {
    event.preventDefault();
    entering.mutate(token.trim());
  };
  return (
    <section className="sign-in" aria-labelledby="sign-in">
      <h1 id="sign-in">Sign in to Costplane</h1>
      {outcome && <p role="alert">{outcome}</p>}
      {ways.map((way) => (
        <Button key={way.name} as="a" size="large" href={signInAddress(way.address)}>
          Sign in with {way.name}
        </Button>
      ))}
      <form className="sign-in-token" onSubmit={enter}>
        <Field
          label="Token"
          hint="An administrator makes one with costplane tokens create."
          validationMessage={entering.error?.message ?? null}
          validationState={entering.error ? "error" : "none"}
        >
          <Input
            type="password"
            autoComplete="off"
            value={token}
            onChange={(_, { value }) => setToken(value)}
          />
        </Field>
        <Button
          type="submit"
          appearance="primary"
          size="large"
          disabled={token.trim() === "" || entering.isPending}
        >
          Sign in with a token
        </Button>
      </form>
    </section>
  );
}
