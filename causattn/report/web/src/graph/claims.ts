// Edges joined with their rows of the evidence table: what every view of the graph speaks of.

import { isolated } from "../dom";
import type { EvidenceColumn, GraphData } from "../data";

export type Row = Record<string, unknown>;

export interface Claim {
  key: string;
  source: number;
  target: number;
  symbol: string;
  fate: string | null;
  /** The row on "source causes target", and the one the other way. */
  row: Row | null;
  back: Row | null;
}

export class Claims {
  readonly edges: Claim[];
  readonly columns: EvidenceColumn[];
  readonly meaning = new Map<string, string>();
  private readonly rows = new Map<string, Row>();

  constructor(readonly graph: GraphData) {
    this.columns = graph.evidence.columns;
    for (const [name, , meaning] of this.columns) this.meaning.set(name, meaning);
    const count = this.columns[0]?.[3].length ?? 0;
    for (let k = 0; k < count; k++) {
      const row: Row = {};
      for (const [name, , , values] of this.columns) row[name] = values[k];
      this.rows.set(`${row.source},${row.target}`, row);
    }
    this.edges = graph.edges.map(([source, target, symbol, fate]) => ({
      key: `${source},${target}`,
      source,
      target,
      symbol,
      fate,
      row: this.rows.get(`${source},${target}`) ?? null,
      back: this.rows.get(`${target},${source}`) ?? null,
    }));
  }

  all(): Row[] {
    return [...this.rows.values()];
  }

  has(column: string): boolean {
    return this.columns.some(([name]) => name === column);
  }

  name(index: number): string {
    return this.graph.names[index];
  }

  find(source: number, target: number): Claim | undefined {
    return this.edges.find(
      (edge) =>
        (edge.source === source && edge.target === target) ||
        (edge.source === target && edge.target === source),
    );
  }
}

export function numeric(row: Row | null, column: string): number | null {
  const value = row?.[column];
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}

/** The larger of a column in both directions: an undirected edge has two rows. */
export function either(edge: Claim, column: string): number | null {
  const forward = numeric(edge.row, column);
  if (edge.symbol === "-->" || numeric(edge.back, column) === null) return forward;
  const back = numeric(edge.back, column) as number;
  return forward === null || Math.abs(back) > Math.abs(forward) ? back : forward;
}

/** What is chosen on the page: the graph, the table and the panel follow it. */
export class Selection {
  private readonly listeners: ((source: number, target: number) => void)[] = [];

  onChange(listener: (source: number, target: number) => void): void {
    this.listeners.push(listener);
  }

  choose(source: number, target: number): void {
    for (const listener of this.listeners) listener(source, target);
  }
}

/** What an effect is on, level and unit, and between which values of the source: `P(stars = 5), bad to good`. */
export function effectOn(row: Row, side: string): string {
  const outcome = row[`${side}_outcome`];
  if (typeof outcome !== "string") return "";
  const of = /^P\((.*) = (.*)\)$/.exec(outcome);
  const on = of ? `P(${isolated(of[1])} = ${isolated(of[2])})` : `mean ${isolated(outcome)} (in its units)`;
  const [from, to] = [row.data_from, row.data_to];
  const between = side === "data" && typeof from === "string" && typeof to === "string" ? `, ${isolated(from)} to ${isolated(to)}` : "";
  return `${on}${between}`;
}
