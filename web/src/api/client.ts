/**
 * The one way to the server. Every answer is checked at this border, and its numbers arrive as
 * decimal text, because a JSON number read as a float loses digits.
 */
import { parse } from "lossless-json";
import * as v from "valibot";

/** What the server or the network said in place of an answer. */
export class ApiError extends Error {
  constructor(
    readonly code: string,
    message: string,
    readonly status: number,
    readonly requestId: string | null = null,
  ) {
    super(message);
    this.name = "ApiError";
  }

  /** Whether asking again may help. */
  get transient(): boolean {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }
}

const ErrorBody = v.object({
  error: v.object({ code: v.string(), message: v.string() }),
});

/** What a change must repeat to show that this page asks for it (see /v1/session). */
let proof: string | null = null;

export function prove(text: string | null): void {
  proof = text;
}

interface Options {
  readonly body?: unknown;
  readonly method?: "DELETE";
  readonly signal?: AbortSignal;
}

/** One call; `body` makes it a POST; no answer is null. Throws ApiError, or AbortError when `signal` fires. */
export async function call<T>(
  path: string,
  schema: v.GenericSchema<unknown, T>,
  options: Options = {},
): Promise<T> {
  const response = await send(path, options);
  const text = await response.text();
  const requestId = response.headers.get("x-ms-request-id");
  if (!response.ok) throw refusal(response.status, text, requestId);
  const checked = v.safeParse(schema, text === "" ? null : read(text, requestId));
  if (checked.success) return checked.output;
  const where = v.getDotPath(checked.issues[0]) ?? "answer";
  throw new ApiError(
    "InvalidAnswer",
    `The server's answer is not as agreed at ${where}.`,
    200,
    requestId,
  );
}

async function send(path: string, { body, method, signal }: Options): Promise<Response> {
  const headers: Record<string, string> = { accept: "application/json" };
  const init: RequestInit = { headers };
  if (signal) init.signal = signal;
  if (method) init.method = method;
  if (body !== undefined) {
    init.method = "POST";
    init.body = JSON.stringify(body);
    headers["content-type"] = "application/json";
  }
  if (init.method && proof) headers["x-costplane-proof"] = proof;
  try {
    return await fetch(path, init);
  } catch (cause) {
    if (signal?.aborted) throw cause;
    throw new ApiError("Offline", "The server cannot be reached. Is it running?", 0);
  }
}

function read(text: string, requestId: string | null): unknown {
  try {
    return parse(text, null, (digits) => digits);
  } catch {
    throw new ApiError("InvalidAnswer", "The server's answer is not JSON.", 200, requestId);
  }
}

function refusal(status: number, text: string, requestId: string | null): ApiError {
  try {
    const { error } = v.parse(
      ErrorBody,
      parse(text, null, (digits) => digits),
    );
    return new ApiError(error.code, error.message, status, requestId);
  } catch {
    return new ApiError(
      `Http${status}`,
      `The server answered with status ${status}.`,
      status,
      requestId,
    );
  }
}
