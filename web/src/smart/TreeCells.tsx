/** The numbers of one line of the AI smart view. */
import type { ReactNode } from "react";
import { type Known, quotient } from "../core/amount";
import { columnDigits, compact, count, money, percent, price } from "../core/format";
import { ChangeFigure, Figure } from "../ui/Figure";
import { cacheHits, costPerMillion, costPerRequest, type Node } from "./tree";

/** What all lines are measured by. */
export interface Scale {
  readonly currency: string;
  readonly total: Known;
  readonly digits: number;
}

export function TreeCells({ node, scale }: { node: Node; scale: Scale }): ReactNode {
  const { currency, total, digits } = scale;
  const unpriced = "No price";
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
      <Cell value={node.cost} text={money(node.cost, digits)} unit={currency} reason={unpriced} />
      <Cell value={million} text={price(million, currency)} unit={currency} reason={unpriced} />
      <Cell
        value={share}
        text={percent(share)}
        unit={`= ${node.cost} / ${total}`}
        reason={unpriced}
      />
      <td className="number">
        <ChangeFigure now={node.now} before={node.before} digits={digits} unit={currency} />
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
            text={money(request, columnDigits([request], currency))}
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
