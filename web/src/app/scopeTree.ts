/** Scopes as an indented list: each parent before its children. */
import type { Scope } from "../api/catalog";
import { groupBy } from "../core/groups";
import type { SearchOption } from "../ui/SearchList";

/** The options in tree order. A scope whose parent is not visible stands at the top. */
export function treeOptions(scopes: readonly Scope[]): readonly SearchOption[] {
  const ids = new Set(scopes.map((scope) => scope.id));
  const children = groupBy(scopes, ({ parent }) => (parent && ids.has(parent) ? parent : null));
  const below = (parent: string | null, depth: number): readonly SearchOption[] =>
    (children.get(parent) ?? []).flatMap((scope) => [
      option(scope, depth),
      ...below(scope.id, depth + 1),
    ]);
  return below(null, 0);
}

function option({ id, name, kind }: Scope, depth: number): SearchOption {
  const spelt = kind.replace(/([a-z])([A-Z])/g, (_, a, b) => `${a} ${b.toLowerCase()}`);
  return { id, label: name, detail: id, depth, aside: spelt };
}
