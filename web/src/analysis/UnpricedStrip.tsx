/** Usage without a price, told under the total: hatched and outlined, never a silent zero. */
import { Button } from "@fluentui/react-components";
import type { ReactNode } from "react";
import type { Unpriced } from "../api/query";
import { sum } from "../core/amount";
import { compact, count } from "../core/format";
import { Figure } from "../ui/Figure";
import { useDesk } from "./context";
import { inSentence, reasonName, tokenTypeName } from "./names";
import { narrowed } from "./state";

const STATUS = { type: "Dimension", name: "BillingStatus" } as const;

export function UnpricedStrip({ unpriced }: { unpriced: readonly Unpriced[] }): ReactNode {
  const { state, move } = useDesk();
  const events = sum(unpriced.map((part) => part.events));
  if (events === null || events === "0") return null;
  const show = (): void =>
    move({ ...narrowed(state, STATUS, ["Unpriced", "UsageMissing"]), metric: "calls" });
  const shown = state.conditions.some((condition) => condition.column.name === STATUS.name);
  return (
    <section className="unpriced" aria-label="Unpriced usage">
      <strong>
        Unpriced: <Figure value={events} text={count(events)} unit="calls" />{" "}
        {events === "1" ? "call" : "calls"}
      </strong>
      <span>not in any cost above</span>
      <ul>
        {unpriced.map((part) => (
          <li key={part.reason}>
            {reasonName(part.reason)}: {quantities(part) ?? <>{count(part.events)} calls</>}
          </li>
        ))}
      </ul>
      {!shown && (
        <Button size="small" appearance="subtle" onClick={show}>
          Show them
        </Button>
      )}
    </section>
  );
}

function quantities(part: Unpriced): ReactNode | null {
  const known = Object.entries(part.quantities).filter(([, value]) => value !== "0");
  if (known.length === 0) return null;
  return known.map(([name, value], index) => (
    <span key={name}>
      {index > 0 && ", "}
      <Figure value={value} text={compact(value)} unit={name} /> {inSentence(tokenTypeName(name))}
    </span>
  ));
}
