/** The numbers of one line of the AI smart view. */
import type { ReactNode } from "react";
import { type Known, quotient } from "../core/amount";
import { compact, count, money, percent } from "../core/format";
import { ChangeFigure, Figure } from "../ui/Figure";
import { cacheHits, costPerMillion, costPerRequest, type Node } from "./tree";

/** What all lines are measured by. */
export interface Scale {
  readonly currency: string;
  readonly total: Known;
  /** Decimals of the columns of costs, prices per million tokens, and costs of a request. */
  readonly costDigits: number;
  readonly millionDigits: number;
  readonly requestDigits: number;
}

export function TreeCells({ node, scale }: { node: Node; scale: Scale }): ReactNode {
  const { currency, total, costDigits, millionDigits, requestDigits } = scale;
  const unpriced = "No priced usage";
  const million = costPerMillion(node);
  const share = quotient(node.cost, total);
  const hits = cacheHits(node);
  const request = costPerRequest(node);
  const leaf = node.kind === "TokenType";
  return (
    <>
      <Cell
        value={node.tokens}
        text={compact(node.tokens)}
        unit="tokens"
        reason="Not counted in tokens"
      />
      <Cell
        value={node.cost}
        text={money(node.cost, costDigits)}
        unit={currency}
        reason={unpriced}
      />
      <Cell
        value={million}
        text={money(million, millionDigits)}
        unit={currency}
        reason={unpriced}
      />
      <Cell
        value={share}
        text={percent(share)}
        unit={`= ${node.cost} / ${total}`}
        reason={unpriced}
      />
      <td className="number">
        <ChangeFigure now={node.now} before={node.before} digits={costDigits} unit={currency} />
      </td>
      {leaf ? (
        <td colSpan={3} />
      ) : (
        <>
          <Cell
            value={hits}
            text={percent(hits)}
            unit={`= ${node.cached} / ${node.input}`}
            reason="No cached input"
          />
          <Cell value={node.calls} text={count(node.calls)} unit="calls" />
          <Cell
            value={request}
            text={money(request, requestDigits)}
            unit={currency}
            reason={unpriced}
          />
        </>
      )}
    </>
  );
}

function Cell(props: { value: Known; text: string; unit: string; reason?: string }): ReactNode {
  return (
    <td className="number">
      <Figure {...props} />
    </td>
  );
}
