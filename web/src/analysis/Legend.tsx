/** Names beside their colours, with their sums; a click filters, with Alt it excludes. */
import type { ReactNode } from "react";
import { Figure } from "../ui/Figure";
import type { Drawing } from "./chartOption";
import type { Writer } from "./chartTip";
import type { Series } from "./pivot";

export function Legend(props: {
  drawing: Drawing;
  write: Writer;
  onPick: (series: Series, exclude: boolean) => void;
}): ReactNode {
  const { drawing, write, onPick } = props;
  return (
    <ul className="legend" aria-label="Legend">
      {drawing.picture.series.map((series, index) => {
        const name = drawing.names[index] ?? "";
        const content = (
          <>
            <span className="swatch" style={{ background: drawing.colours[index] }} />
            <span className="legend-name">{name}</span>
            <span className="secondary">
              <Figure value={series.total} text={write(series.total)} reason="No priced usage" />
            </span>
          </>
        );
        return (
          <li key={name}>
            {series.group === null ? (
              <span className="legend-item">{content}</span>
            ) : (
              <button
                type="button"
                className="legend-item"
                title={`Filter by ${name}; with Alt, exclude it`}
                onClick={(event) => onPick(series, event.altKey)}
              >
                {content}
              </button>
            )}
          </li>
        );
      })}
    </ul>
  );
}
