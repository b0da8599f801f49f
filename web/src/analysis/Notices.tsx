/** What a reader must know to read the figures rightly: a second currency, history still loading. */
import { MessageBar, MessageBarBody } from "@fluentui/react-components";
import type { ReactNode } from "react";
import { columnDigits, money } from "../core/format";
import { useDesk } from "./context";
import type { Frame } from "./frame";

export function Notices({ frame }: { frame: Frame }): ReactNode {
  const { loading } = useDesk().status;
  const amounts = frame.others.map(
    ({ currency, cost }) => `${money(cost, columnDigits([cost], currency))} ${currency}`,
  );
  return (
    <div className="notices">
      {loading?.active && (
        <MessageBar intent="info">
          <MessageBarBody>
            History is still loading: {loading.loaded} of {loading.total}
            {loading.what && `, now ${loading.what}`}. Figures are so far.
          </MessageBarBody>
        </MessageBar>
      )}
      {amounts.length > 0 && (
        <MessageBar intent="warning">
          <MessageBarBody>
            Shown in {frame.currency}. Not included, because currencies are never added:{" "}
            {amounts.join(", ")}.
          </MessageBarBody>
        </MessageBar>
      )}
    </div>
  );
}
