// Tables that sort by a click on a column's head and filter as one types.

import { element, named } from "./dom";
import { number } from "./numbers";

export type Cell = string | number | null | { text: string; sort: string | number | null; class?: string | null; href?: string; note?: string };

export interface Column {
  words: string;
  title?: string;
  numeric?: boolean;
}

export interface TableOptions {
  columns: Column[];
  rows: Cell[][];
  filter?: boolean;
  choose?: (row: number) => void;
  /** Column to sort by first, and whether the largest comes first. */
  first?: [number, boolean];
  /** Rows shown before more are asked for. */
  page?: number;
  label: string;
}

const PAGE = 200;

export function table(options: TableOptions): HTMLElement {
  const { columns, rows } = options;
  let [by, down] = options.first ?? [-1, false];
  let wanted = "";
  let limit = options.page ?? PAGE;
  const body = element("tbody", {});
  const heads = columns.map((column, k) => {
    const button = element("button", { type: "button", title: column.title, click: () => sort(k) }, column.words);
    return element("th", { class: column.numeric ? "number" : undefined, scope: "col" }, button);
  });
  const note = element("p", { class: "hint", role: "status" });
  const more = element("button", { type: "button", click: () => {
    const next = body.children.length;
    limit += 10 * PAGE;
    draw();
    // The button may be gone: the keyboard goes on with the first row that it brought.
    const row = body.children[next] as HTMLElement | undefined;
    if (more.hidden && row) {
      if (row.tabIndex < 0) row.tabIndex = -1;
      row.focus();
    }
  } }, "Show more rows");

  function sort(k: number): void {
    down = by === k ? !down : columns[k].numeric === true;
    by = k;
    draw();
  }

  function order(): number[] {
    const kept = rows.map((_, k) => k).filter((k) => matches(rows[k]));
    if (by < 0) return kept;
    return kept.sort((a, b) => {
      const [x, y] = [sortable(rows[a][by]), sortable(rows[b][by])];
      if (x === null || y === null) return x === y ? a - b : x === null ? 1 : -1;
      const less = typeof x === "number" && typeof y === "number" ? x - y : String(x).localeCompare(String(y), undefined, { numeric: true });
      return (down ? -less : less) || a - b;
    });
  }

  function matches(row: Cell[]): boolean {
    if (!wanted) return true;
    const text = row.map(words).join("\u0000").toLocaleLowerCase();
    return wanted.split(/\s+/).every((word) => text.includes(word));
  }

  function draw(): void {
    const found = order();
    heads.forEach((head, k) => head.setAttribute("aria-sort", k !== by ? "none" : down ? "descending" : "ascending"));
    body.replaceChildren(
      ...found.slice(0, limit).map((k) => {
        const line = element("tr", { "data-row": k }, ...rows[k].map((cell, c) => draws(cell, columns[c])));
        if (options.choose) {
          line.tabIndex = 0;
          line.classList.add("link");
          line.addEventListener("click", () => options.choose?.(k));
          line.addEventListener("keydown", (event) => {
            if (event.key === "Enter") options.choose?.(k);
          });
        }
        return line;
      }),
    );
    more.hidden = found.length <= limit;
    note.textContent = found.length > limit || wanted ? `${Math.min(limit, found.length)} of ${rows.length} rows` : "";
  }

  const root = element("div", { class: "table" });
  if (options.filter) {
    const box = element("input", { type: "search", placeholder: "Filter rows", "aria-label": `Filter ${options.label}`, dir: "auto" });
    box.addEventListener("input", () => {
      wanted = box.value.trim().toLocaleLowerCase();
      draw();
    });
    root.append(element("div", { class: "controls" }, box));
  }
  root.append(
    element("div", { class: "scroll" }, element("table", { "aria-label": options.label }, element("thead", {}, element("tr", {}, ...heads)), body)),
    note,
    more,
  );
  draw();
  return root;
}

function sortable(cell: Cell): string | number | null {
  return cell !== null && typeof cell === "object" ? cell.sort : cell;
}

function words(cell: Cell): string {
  if (cell === null) return "";
  if (typeof cell === "object") return cell.note ? `${cell.text} ${cell.note}` : cell.text;
  return typeof cell === "number" ? number(cell) : cell;
}

function draws(cell: Cell, column: Column): HTMLElement {
  const rich = cell !== null && typeof cell === "object" ? cell : null;
  const text = (rich ? rich.text : words(cell)) || "–";
  const inner = rich?.href
    ? element("a", { href: rich.href }, named(text))
    : rich?.class ? element("span", { class: rich.class }, text) : named(text);
  const note = rich?.note && text !== "–" ? element("small", { class: "on" }, named(rich.note)) : null;
  return element("td", { class: column.numeric ? "number" : undefined }, inner, note);
}
