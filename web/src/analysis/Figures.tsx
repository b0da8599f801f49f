/** The line of figures above the chart. */
import type { ReactNode } from "react";
import { perMillion, quotient, sum } from "../core/amount";
import {
  columnDigits,
  compact,
  count,
  figure,
  minorUnits,
  money,
  priceDigits,
  shortSpan,
} from "../core/format";
import { length } from "../core/period";
import { ChangeFigure, Figure } from "../ui/Figure";
import { Panel } from "../ui/Panel";
import type { Asked, Questions } from "./answers";
import { useDesk } from "./context";
import { type Measure, total } from "./frame";

export interface FigureAnswers {
  readonly asked: Questions;
  readonly total: Asked;
  readonly complete: Asked;
  readonly previous: Asked;
}

export function Figures(props: FigureAnswers): ReactNode {
  const { asked, total: whole, complete, previous } = props;
  const { state } = useDesk();
  const frame = whole.answer?.frame;
  const currency = frame?.currency ?? "";
  const records = frame?.records ?? [];
  const cost = total(records, "cost");
  const tokens = total(records, "tokens");
  const calls = total(records, "calls");
  const million = perMillion(cost, tokens);
  const digits = columnDigits([cost], currency);
  const title = state.metric === "amortized" ? "Amortized cost" : "Actual cost";
  return (
    <Panel waiting={whole.waiting} height={92} label="Figures" className="figures">
      <Card name={`${title}, ${currency}`} main>
        <Figure
          value={cost}
          text={figure(cost, digits)}
          unit={currency}
          reason="Nothing has a price"
        />
        <Compared {...{ asked, complete, previous, currency }} measure="cost" />
      </Card>
      <RunRate asked={asked} complete={complete} currency={currency} />
      <Card name="Tokens">
        <Figure
          value={tokens}
          text={compact(tokens)}
          unit="tokens"
          reason="No tokens were counted"
        />
        <Compared {...{ asked, complete, previous, currency }} measure="tokens" />
      </Card>
      <Card name="Calls">
        <Figure value={calls} text={count(calls)} unit="calls" />
        <span className="secondary">
          <Figure
            value={quotient(tokens, calls)}
            text={compact(quotient(tokens, calls))}
            reason="No calls"
          />{" "}
          tokens a call
        </span>
      </Card>
      <Card name={`Per 1 M tokens, ${currency}`}>
        <Figure
          value={million}
          text={money(million, priceDigits([million], currency))}
          unit={currency}
          reason="Needs priced tokens"
        />
        <span className="secondary">blended</span>
      </Card>
    </Panel>
  );
}

function Card(props: { name: string; main?: boolean; children: ReactNode }): ReactNode {
  const [value, ...rest] = [props.children].flat();
  return (
    <div className={`figure ${props.main ? "figure-main" : ""}`}>
      <p className="figure-name">{props.name}</p>
      <div className="figure-value">{value}</div>
      <div className="figure-below">{rest}</div>
    </div>
  );
}

function Compared(props: {
  asked: Questions;
  complete: Asked;
  previous: Asked;
  currency: string;
  measure: Measure;
}): ReactNode {
  const { asked, complete, previous, currency, measure } = props;
  if (!asked.comparison) return <span className="secondary">No complete day to compare yet</span>;
  if (!complete.answer || !previous.answer) return <span className="secondary">&nbsp;</span>;
  const now = existing(complete, measure);
  const before = existing(previous, measure);
  const digits = measure === "cost" ? minorUnits(currency) : 0;
  const spans = `${shortSpan(asked.comparison.current)} against ${shortSpan(asked.comparison.previous)}`;
  return (
    <span title={`Complete days: ${spans}`}>
      {measure === "cost" ? (
        <ChangeFigure now={now} before={before} digits={digits} unit={currency} />
      ) : (
        <ChangeFigure now={now} before={before} digits={0} unit="tokens" short />
      )}
      {measure === "cost" && <span className="secondary figure-spans">{spans}</span>}
    </span>
  );
}

// No rows means that there was no usage: a true zero. Rows without a price stay unknown.
function existing({ answer }: Asked, measure: Measure) {
  const records = answer?.frame.records ?? [];
  return records.length === 0 ? "0" : total(records, measure);
}

function RunRate(props: { asked: Questions; complete: Asked; currency: string }): ReactNode {
  const { asked, complete, currency } = props;
  const span = asked.comparison?.current;
  const records = complete.answer?.frame.records ?? [];
  const cost = sum(records.map((record) => record.cost));
  const days = span ? length(span) : 0;
  const rate = quotient(cost, String(days));
  const name = days === 1 ? "1 complete day" : `${days} complete days`;
  return (
    <Card name={`Run rate, ${currency} a day`}>
      <Figure
        value={rate}
        text={figure(rate, columnDigits([rate], currency))}
        unit={currency}
        reason="Needs a complete day with priced usage"
      />
      <span className="secondary">
        {span ? `${name}, ${shortSpan(span)}` : "Needs a complete day"}
      </span>
    </Card>
  );
}
