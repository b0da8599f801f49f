/** Who is signed in, and the ways to sign in and out. */
import * as v from "valibot";
import { call, prove } from "./client";

const Session = v.object({
  authentication: v.boolean(),
  name: v.nullable(v.string()),
  proof: v.nullable(v.string()),
  ways: v.array(v.object({ name: v.string(), address: v.string() })),
});
export type Session = v.InferOutput<typeof Session>;

const PATH = "/v1/session";

/** The session of this browser; without a name nobody is signed in. */
export async function session(signal: AbortSignal): Promise<Session> {
  return proven(await call(PATH, Session, { signal }));
}

/** Signs in with one of Costplane's tokens. */
export async function signIn(token: string): Promise<Session> {
  return proven(await call(PATH, Session, { body: { token } }));
}

export async function signOut(): Promise<void> {
  await call(PATH, v.null(), { method: "DELETE" });
  prove(null);
}

/** Where an issuer's sign-in begins, to end at the address of now. */
export function signInAddress(address: string): string {
  const target = location.pathname + location.search;
  return `${address}?${new URLSearchParams({ target })}`;
}

function proven(found: Session): Session {
  prove(found.proof);
  return found;
}
