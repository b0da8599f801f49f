/** Nothing to show, why, and what to do next. */
import { Button } from "@fluentui/react-components";
import { DataBarVerticalRegular } from "@fluentui/react-icons";
import type { ReactNode } from "react";
import { spanText } from "../core/format";
import type { Span } from "../core/period";
import { useDesk } from "./context";
import { columnLabel, valueName } from "./names";

export function Empty({ span }: { span: Span }): ReactNode {
  const { state, status } = useDesk();
  if (status.newest === null) return <NoSource />;
  if (state.conditions.length > 0) return <NoMatch span={span} />;
  return <NoUsage span={span} newest={status.newest} />;
}

function Frame(props: { title: string; children: ReactNode }): ReactNode {
  return (
    <section className="empty">
      <DataBarVerticalRegular aria-hidden fontSize={40} />
      <h2>{props.title}</h2>
      {props.children}
    </section>
  );
}

function NoUsage({ span, newest }: { span: Span; newest: string }): ReactNode {
  const { state, move } = useDesk();
  const month = newest.slice(0, 7);
  const text = spanText({ from: `${month}-01`, until: nextMonth(month) });
  return (
    <Frame title={`No usage in ${spanText(span)}`}>
      <p>The newest usage is of {text}.</p>
      <Button appearance="primary" onClick={() => move({ ...state, range: month })}>
        Show {text}
      </Button>
    </Frame>
  );
}

function nextMonth(month: string): string {
  const [year = 0, number = 1] = month.split("-").map(Number);
  return new Date(Date.UTC(year, number, 1)).toISOString().slice(0, 10);
}

function NoMatch({ span }: { span: Span }): ReactNode {
  const { state, move, labels } = useDesk();
  return (
    <Frame title={`Nothing in ${spanText(span)} matches the filters`}>
      <ul className="empty-filters">
        {state.conditions.map((condition) => (
          <li key={JSON.stringify(condition)}>
            {columnLabel(condition.column, labels)} {condition.exclude ? "is not" : "is"}{" "}
            {condition.values.map((value) => valueName(condition.column, value)).join(", ")}{" "}
            <Button
              size="small"
              onClick={() =>
                move({
                  ...state,
                  conditions: state.conditions.filter((other) => other !== condition),
                })
              }
            >
              Remove
            </Button>
          </li>
        ))}
      </ul>
    </Frame>
  );
}

const EVENT = `curl ${globalThis.location?.origin ?? ""}/v1/events -H 'content-type: application/cloudevents+json' -d '{
  "specversion": "1.0", "type": "ai.inference.usage", "source": "my-gateway", "id": "1",
  "time": "${new Date().toISOString()}",
  "data": {"resource_id": "/subscriptions/…/accounts/my-account", "model": "gpt-4o",
           "usage": {"prompt_tokens": 391, "completion_tokens": 24}}}'`;

function NoSource(): ReactNode {
  return (
    <Frame title="No usage yet">
      <p>Three ways in:</p>
      <ol className="ways">
        <li>
          Send usage events:
          <pre>{EVENT}</pre>
        </li>
        <li>
          Import a bill: <code>costplane import bill.csv</code>
        </li>
        <li>
          Look at demo data: <code>costplane demo</code>
        </li>
      </ol>
    </Frame>
  );
}
