/** A tree grid: arrows move between rows, right opens, left closes, Enter filters. */
import { ChevronDown16Regular, ChevronRight16Regular } from "@fluentui/react-icons";
import { type KeyboardEvent, type ReactNode, useMemo, useRef, useState } from "react";
import { useDesk } from "../analysis/context";
import { narrowed } from "../analysis/state";
import { sum } from "../core/amount";
import { columnDigits, priceDigits, shortSpan } from "../core/format";
import type { Comparison } from "../core/period";
import { useLook } from "../ui/look";
import { type Scale, TreeCells } from "./TreeCells";
import {
  costPerMillion,
  costPerRequest,
  type Kind,
  type Node,
  type Visible,
  visible,
} from "./tree";

const COLUMN: Readonly<Record<Kind, string>> = {
  Resource: "ResourceId",
  Deployment: "Deployment",
  TokenType: "TokenType",
};

export function TreeTable(props: {
  nodes: readonly Node[];
  currency: string;
  comparison: Comparison | null;
}): ReactNode {
  const { nodes, currency, comparison } = props;
  const [closed, setClosed] = useState<ReadonlySet<string>>(new Set());
  const [opened, setOpened] = useState<ReadonlySet<string>>(new Set());
  // Resources start open and deployments closed; what the reader turned stays turned.
  const open = useMemo(() => openIds(nodes, closed, opened), [nodes, closed, opened]);
  const rows = useMemo(() => visible(nodes, open), [nodes, open]);
  const turn = (node: Node): void => {
    const [set, change] = node.kind === "Resource" ? [closed, setClosed] : [opened, setOpened];
    change(toggled(set as ReadonlySet<string>, node.id));
  };
  const scale = useMemo(() => scaleOf(nodes, currency), [nodes, currency]);
  const body = useRef<HTMLTableSectionElement>(null);
  const onKeyDown = useTreeKeys(rows, open, turn, body);
  const spans = comparison
    ? `Complete days: ${shortSpan(comparison.current)} against ${shortSpan(comparison.previous)}`
    : "No complete day to compare yet";
  return (
    <div className="scroll">
      {/* biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: ARIA's tree grid pattern keeps the table's elements */}
      <table className="table tree" role="treegrid" aria-label="Resources and deployments">
        <thead>
          <tr>
            <th scope="col">Resource, deployment, token type</th>
            <th scope="col" className="number">
              Tokens
            </th>
            <th scope="col" className="number">
              Cost, {currency}
            </th>
            <th scope="col" className="number" title="Blended where token types are mixed">
              Per 1 M tokens
            </th>
            <th scope="col" className="number">
              Share
            </th>
            <th scope="col" className="number" title={spans}>
              Change
            </th>
            <th scope="col" className="number" title="Cached input of all input tokens">
              Cache hits
            </th>
            <th scope="col" className="number">
              Calls
            </th>
            <th scope="col" className="number">
              Per request
            </th>
          </tr>
        </thead>
        <tbody ref={body} onKeyDown={onKeyDown}>
          {rows.map((row, index) => (
            <TreeRow
              key={row.node.id}
              {...{ row, scale, turn }}
              open={open.has(row.node.id)}
              first={index === 0}
            />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function TreeRow(props: {
  row: Visible;
  open: boolean;
  first: boolean;
  scale: Scale;
  turn: (node: Node) => void;
}): ReactNode {
  const { row, open, first, scale, turn } = props;
  const { node, level } = row;
  const { colours } = useLook();
  const { state, move } = useDesk();
  const leaf = node.children.length === 0;
  const Chevron = open ? ChevronDown16Regular : ChevronRight16Regular;
  const filter = (): void =>
    move(narrowed(state, { type: "Dimension", name: COLUMN[node.kind] }, [node.value]));
  return (
    <tr
      data-id={node.id}
      className={`tree-${node.kind}`}
      aria-level={level}
      aria-posinset={row.position}
      aria-setsize={row.siblings}
      aria-expanded={leaf ? undefined : open}
      tabIndex={first ? 0 : -1}
      onDoubleClick={filter}
    >
      <td className="name">
        <div className="tree-name" style={{ paddingInlineStart: (level - 1) * 20 }}>
          {leaf ? (
            <span
              className="swatch"
              style={{ background: colours("TokenType", [node.value])[0] }}
            />
          ) : (
            <button
              type="button"
              className="tree-turn"
              tabIndex={-1}
              aria-label={`${open ? "Close" : "Open"} ${node.name}`}
              onClick={() => turn(node)}
            >
              <Chevron />
            </button>
          )}
          <span className="tree-text">
            <button
              type="button"
              className="cell-link"
              tabIndex={-1}
              title={`Filter by ${node.detail || node.name}`}
              onClick={filter}
            >
              {node.name}
            </button>
            {node.kind === "Deployment" && <span className="secondary">{node.detail}</span>}
          </span>
        </div>
      </td>
      <TreeCells node={node} scale={scale} />
    </tr>
  );
}

function openIds(
  nodes: readonly Node[],
  closed: ReadonlySet<string>,
  opened: ReadonlySet<string>,
): ReadonlySet<string> {
  return new Set([...nodes.map((node) => node.id).filter((id) => !closed.has(id)), ...opened]);
}

function toggled(set: ReadonlySet<string>, id: string): ReadonlySet<string> {
  const next = new Set(set);
  if (!next.delete(id)) next.add(id);
  return next;
}

function scaleOf(nodes: readonly Node[], currency: string): Scale {
  const deployments = nodes.flatMap((node) => [node, ...node.children]);
  const lines = deployments.flatMap((node) => [node, ...node.children]);
  return {
    currency,
    total: sum(nodes.map((node) => node.cost)),
    costDigits: columnDigits(
      nodes.map((node) => node.cost),
      currency,
    ),
    millionDigits: priceDigits(lines.map(costPerMillion), currency),
    requestDigits: columnDigits(deployments.map(costPerRequest), currency),
  };
}

type Body = { readonly current: HTMLTableSectionElement | null };

function useTreeKeys(
  rows: readonly Visible[],
  open: ReadonlySet<string>,
  turn: (node: Node) => void,
  body: Body,
) {
  const focus = (row: Visible | undefined): void =>
    [...(body.current?.rows ?? [])].find((line) => line.dataset.id === row?.node.id)?.focus();
  return (event: KeyboardEvent): void => {
    const line = (event.target as Element).closest("tr");
    const at = rows.findIndex((row) => row.node.id === line?.dataset.id);
    const row = rows[at];
    if (!row) return;
    const isOpen = open.has(row.node.id);
    const can = row.node.children.length > 0;
    const acts: Readonly<Record<string, () => void>> = {
      ArrowDown: () => focus(rows[at + 1]),
      ArrowUp: () => focus(rows[at - 1]),
      Home: () => focus(rows[0]),
      End: () => focus(rows.at(-1)),
      ArrowRight: () => (can && !isOpen ? turn(row.node) : focus(can ? rows[at + 1] : undefined)),
      ArrowLeft: () =>
        can && isOpen ? turn(row.node) : focus(rows.find((one) => one.node.id === row.parent)),
      Enter: () => line?.querySelector<HTMLButtonElement>(".cell-link")?.click(),
    };
    const act = acts[event.key];
    if (!act || (event.key === "Enter" && event.target !== line)) return;
    event.preventDefault();
    act();
  };
}
