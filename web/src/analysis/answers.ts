/** Answers as they arrive. Those that are shown together arrive together. */
import {
  type QueryFilters,
  type UseQueryResult,
  useQueries,
  useQueryClient,
} from "@tanstack/react-query";
import { useCallback, useMemo, useState } from "react";
import { ask, type Question, type Table } from "../api/query";
import type { Waiting } from "../ui/Panel";
import { type Frame, frame } from "./frame";

/** An answer with the question that it answers. */
export interface Answer {
  readonly question: Question;
  readonly table: Table;
  readonly frame: Frame;
}

/** The newest complete content, which stays until the next is complete. */
export interface Shown<T> {
  readonly content: T | null;
  readonly waiting: Waiting;
}

// What made one question fail mostly made others fail: one click asks all of them again.
const FAILED: QueryFilters = {
  queryKey: ["query"],
  type: "active",
  predicate: ({ state }) => state.status === "error",
};

/** Asks a set of questions; null ones are left out. A new set takes the place of the old whole. */
export function useAnswers<K extends string>(
  scope: string,
  questions: Readonly<Record<K, Question | null>>,
  currency: string,
): Shown<Readonly<Record<K, Answer | null>>> {
  const names = Object.keys(questions) as K[];
  const asked = names.filter((name) => questions[name] !== null);
  const { answers, error } = useQueries({
    queries: asked.map((name) => query(scope, questions[name] as Question, currency)),
    combine,
  });
  const key = asked.join();
  const fresh = useMemo(() => {
    if (!answers) return null;
    const found = new Map(key.split(",").map((name, index) => [name, answers[index] ?? null]));
    return Object.fromEntries(found) as Record<K, Answer | null>;
  }, [answers, key]);
  return useShown(fresh, error);
}

/** A single question. */
export function useAnswer(scope: string, question: Question, currency: string): Shown<Answer> {
  const { content, waiting } = useAnswers(scope, { only: question }, currency);
  return { content: content?.only ?? null, waiting };
}

function query(scope: string, question: Question, currency: string) {
  return {
    queryKey: ["query", scope, question, currency],
    queryFn: async ({ signal }: { signal: AbortSignal }): Promise<Answer> => {
      const table = await ask(scope, question, signal);
      return { question, table, frame: frame(table, question.grouping, currency) };
    },
  };
}

function combine(results: readonly UseQueryResult<Answer>[]) {
  const answers = results.flatMap(({ data }) => data ?? []);
  const failed = results.find(({ data, error }) => error && !data);
  return {
    answers: answers.length === results.length ? answers : null,
    error: failed?.error ?? null,
  };
}

/** Keeps the last content until there is a fresh one. */
export function useShown<T>(fresh: T | null, error: Error | null): Shown<T> {
  const client = useQueryClient();
  const [last, keep] = useState(fresh);
  if (fresh !== null && fresh !== last) keep(() => fresh);
  const content = fresh ?? last;
  const retry = useCallback(() => void client.refetchQueries(FAILED), [client]);
  const waiting = { first: content === null, again: fresh === null, error, retry };
  return { content, waiting };
}
