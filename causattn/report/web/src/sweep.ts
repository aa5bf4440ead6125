// A sweep's leaderboard: every run a row, sortable and filterable, failures with their reasons.

import type { SweepData } from "./data";
import { table } from "./table";

export function sweepPage(data: SweepData, place: (name: string) => HTMLElement | null): void {
  const mount = place("leaderboard");
  if (!mount) return;
  const status = data.table.columns.findIndex((column) => column.name === "status");
  mount.append(
    table({
      label: "runs",
      columns: data.table.columns.map(({ words, numeric }) => ({ words, numeric })),
      rows: data.table.rows.map((row) =>
        row.map((cell, k) => (k === status ? { text: String(cell), sort: String(cell), class: `mark ${String(cell)}` } : cell)),
      ).map((row, k) => {
        const link = data.links[k];
        const name = String(data.table.rows[k][0]);
        return link ? [{ text: name, sort: name, href: link }, ...row.slice(1)] : row;
      }),
      filter: true,
      page: 30,
    }),
  );
}
