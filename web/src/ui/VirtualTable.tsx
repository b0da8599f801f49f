/** A sortable table whose rows are drawn as they come into sight. */
import { ArrowSortDown16Regular, ArrowSortUp16Regular } from "@fluentui/react-icons";
import { useVirtualizer } from "@tanstack/react-virtual";
import { type ReactNode, useMemo, useRef, useState } from "react";

/** A column: how a row is ordered by it and what its cell shows. */
export interface TableColumn<R> {
  readonly id: string;
  readonly title: ReactNode;
  readonly hint?: string;
  readonly number?: boolean;
  readonly compare: (a: R, b: R) => number;
  readonly cell: (row: R) => ReactNode;
  /** What the totals' line shows. */
  readonly total?: ReactNode;
}

export interface Order {
  readonly id: string;
  readonly descending: boolean;
}

const ROW = 34;

export function VirtualTable<R>(props: {
  label: string;
  rows: readonly R[];
  columns: readonly TableColumn<R>[];
  order: Order;
  rowKey: (row: R) => string;
}): ReactNode {
  const { label, rows, columns, rowKey } = props;
  const [order, setOrder] = useState(props.order);
  const sorted = useMemo(() => ordered(rows, columns, order), [rows, columns, order]);
  const scroll = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: sorted.length,
    getScrollElement: () => scroll.current,
    estimateSize: () => ROW,
    overscan: 12,
  });
  const items = virtual.getVirtualItems();
  const before = items[0]?.start ?? 0;
  const after = virtual.getTotalSize() - (items.at(-1)?.end ?? 0);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <div ref={scroll} className="scroll rows" tabIndex={0}>
      <table className="table" aria-label={label} aria-rowcount={sorted.length + 2}>
        <thead>
          <tr>
            {columns.map((column) => (
              <Head key={column.id} column={column} order={order} onOrder={setOrder} />
            ))}
          </tr>
        </thead>
        <tbody>
          <Space height={before} width={columns.length} />
          {items.map(({ index }) => {
            const row = sorted[index] as R;
            return (
              <tr key={rowKey(row)} aria-rowindex={index + 2}>
                {columns.map((column) => (
                  <td key={column.id} className={column.number ? "number" : "name"}>
                    {column.cell(row)}
                  </td>
                ))}
              </tr>
            );
          })}
          <Space height={after} width={columns.length} />
        </tbody>
        <tfoot>
          <tr>
            {columns.map((column) => (
              <td key={column.id} className={column.number ? "number" : "name"}>
                {column.total}
              </td>
            ))}
          </tr>
        </tfoot>
      </table>
    </div>
  );
}

function Head<R>(props: {
  column: TableColumn<R>;
  order: Order;
  onOrder: (order: Order) => void;
}): ReactNode {
  const { column, order, onOrder } = props;
  const sorted = order.id === column.id;
  const Arrow = order.descending ? ArrowSortDown16Regular : ArrowSortUp16Regular;
  const descending = sorted ? !order.descending : (column.number ?? false);
  return (
    <th
      scope="col"
      className={column.number ? "number" : "name"}
      aria-sort={sorted ? (order.descending ? "descending" : "ascending") : "none"}
    >
      <button
        type="button"
        title={column.hint}
        onClick={() => onOrder({ id: column.id, descending })}
      >
        {column.title}
        {sorted && <Arrow aria-hidden />}
      </button>
    </th>
  );
}

function Space({ height, width }: { height: number; width: number }): ReactNode {
  if (height <= 0) return null;
  return (
    <tr aria-hidden>
      <td colSpan={width} style={{ height, padding: 0, border: 0 }} />
    </tr>
  );
}

function ordered<R>(
  rows: readonly R[],
  columns: readonly TableColumn<R>[],
  { id, descending }: Order,
): readonly R[] {
  const column = columns.find((one) => one.id === id);
  if (!column) return rows;
  return [...rows].sort((a, b) => (descending ? column.compare(b, a) : column.compare(a, b)));
}
