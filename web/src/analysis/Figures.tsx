/** The line of figures above the chart. */
import type { ReactNode } from "react";
import { type Known, perMillion, quotient } from "../core/amount";
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
import type { Answer } from "./answers";
import { type Compared, comparedOver } from "./costAnswers";
import { type Measure, total } from "./frame";

export function Figures({ answers }: { answers: Compared }): ReactNode {
  const { frame, question } = answers.total;
  const { currency, records } = frame;
  const cost = total(records, "cost");
  const tokens = total(records, "tokens");
  const calls = total(records, "calls");
  const million = perMillion(cost, tokens);
  const digits = columnDigits([cost], currency);
  const title = question.type === "AmortizedCost" ? "Amortized cost" : "Actual cost";
  return (
    <section className="figures" aria-label="Figures">
      <Card name={`${title}, ${currency}`} main>
        <Figure
          value={cost}
          text={figure(cost, digits)}
          unit={currency}
          reason="Nothing has a price"
        />
        <Since answers={answers} measure="cost" />
      </Card>
      <RunRate complete={answers.complete} currency={currency} />
      <Card name="Tokens">
        <Figure
          value={tokens}
          text={compact(tokens)}
          unit="tokens"
          reason="No tokens were counted"
        />
        <Since answers={answers} measure="tokens" />
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
    </section>
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

function Since({ answers, measure }: { answers: Compared; measure: Measure }): ReactNode {
  const over = comparedOver(answers);
  if (!over) return <span className="secondary">No complete day to compare yet</span>;
  const { currency } = answers.total.frame;
  const now = existing(answers.complete, measure);
  const before = existing(answers.previous, measure);
  const spans = `${shortSpan(over.current)} against ${shortSpan(over.previous)}`;
  return (
    <span title={`Complete days: ${spans}`}>
      {measure === "cost" ? (
        <ChangeFigure now={now} before={before} digits={minorUnits(currency)} unit={currency} />
      ) : (
        <ChangeFigure now={now} before={before} digits={0} unit={measure} short />
      )}
      {measure === "cost" && <span className="secondary figure-spans">{spans}</span>}
    </span>
  );
}

// No rows means that there was no usage: a true zero. Rows without a price stay unknown.
function existing(answer: Answer | null, measure: Measure): Known {
  const records = answer?.frame.records ?? [];
  return records.length === 0 ? "0" : total(records, measure);
}

function RunRate(props: { complete: Answer | null; currency: string }): ReactNode {
  const { complete, currency } = props;
  const span = complete?.question.span;
  const cost = total(complete?.frame.records ?? [], "cost");
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
