/** The chart as a table: a row a point, a column a series, the sum of each point. */
import type { ReactNode } from "react";
import { bucketText } from "../core/format";
import { Figure } from "../ui/Figure";
import type { Drawing } from "./chartOption";
import type { Writer } from "./chartTip";

export function PointsTable({ drawing, write }: { drawing: Drawing; write: Writer }): ReactNode {
  const { picture, names, colours } = drawing;
  const several = picture.series.length > 1;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <div className="scroll points" tabIndex={0}>
      <table className="table" aria-label="Points in time">
        <thead>
          <tr>
            <th scope="col">Date, UTC</th>
            {picture.series.map((series, index) => (
              <th key={names[index]} scope="col" className="number" title={names[index]}>
                <span className="swatch" style={{ background: colours[index] }} />{" "}
                {series.group === null ? `${series.members} others` : names[index]}
              </th>
            ))}
            {several && (
              <th scope="col" className="number">
                Total
              </th>
            )}
          </tr>
        </thead>
        <tbody>
          {picture.buckets.map((bucket, row) => (
            <tr key={bucket}>
              <th scope="row">{bucketText(bucket, "short")}</th>
              {picture.series.map((series, index) => (
                <td key={names[index]} className="number">
                  <Cell value={series.values[row] ?? null} write={write} />
                </td>
              ))}
              {several && (
                <td className="number total">
                  <Cell value={picture.sums[row] ?? null} write={write} />
                </td>
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Cell({ value, write }: { value: string | null; write: Writer }): ReactNode {
  return <Figure value={value} text={write(value)} reason="Nothing known for this point" />;
}
