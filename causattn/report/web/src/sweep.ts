// A sweep: the leaderboard of contestants by one metric at a time, then every run a row, sortable
// and filterable, failures with their reasons.

import type { SweepData } from "./data";
import { choice, clear, element } from "./dom";
import { table } from "./table";

export function sweepPage(data: SweepData, place: (name: string) => HTMLElement | null): void {
  const board = place("leaderboard");
  if (board && data.boards.length) leaderboard(board, data.boards);
  const mount = place("runs");
  if (!mount) return;
  const status = data.table.columns.findIndex((column) => column.name === "status");
  const folder = data.table.columns.findIndex((column) => column.name === "folder");
  mount.append(
    table({
      label: "runs",
      columns: [{ words: "run", numeric: true }, ...data.table.columns.map(({ words, numeric }) => ({ words, numeric }))],
      rows: data.table.rows.map((row, k) => {
        const name = String(row[folder]);
        const cells = row.map((cell, c) =>
          c === status ? { text: String(cell), sort: String(cell), class: `mark ${String(cell)}` }
          // The digits that find a job again say nothing to a person.
          : c === folder ? { text: name.replace(/_[0-9a-f]{16}$/, ""), sort: name }
          : cell,
        );
        return [{ text: String(k + 1), sort: k, href: data.links[k] ?? undefined }, ...cells];
      }),
      filter: true,
      page: 15,
    }),
  );
}

function leaderboard(mount: HTMLElement, boards: SweepData["boards"]): void {
  const shown = element("div", {});
  const says = element("p", { class: "note" });
  const show = (chosen: string) => {
    const { words, columns, rows, says: line } = boards[Number(chosen)];
    says.textContent = chosen === "0" ? "" : line; // the page begins with that of the first
    clear(shown, table({ label: `contestants by ${words}`, columns, rows }));
  };
  if (boards.length > 1) {
    const options = boards.map(({ words }, k) => ({ value: String(k), words }));
    mount.append(element("div", { class: "controls" }, choice("Ranked by", options, "0", show)));
  }
  mount.append(shown, says);
  show("0");
}
