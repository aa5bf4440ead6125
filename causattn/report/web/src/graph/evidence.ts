// The evidence table below the graph: one row an ordered pair, sortable, a click chooses the edge.

import { choice, element, isolated, styled } from "../dom";
import { ARROWS, interval, number } from "../numbers";
import { type Cell, type Column, table } from "../table";
import { type Claims, type Row, type Selection, effectOn, numeric } from "./claims";

interface Shown extends Column {
  needs: string;
  cell(row: Row): Cell;
}

export function evidenceTable(mount: Element, claims: Claims, selection: Selection): void {
  const fates = new Map(claims.edges.map((edge) => [edge.key, edge.fate]));
  const plain = (words: string, needs: string, title?: string): Shown => ({
    words, needs, title, numeric: true, cell: (row) => numeric(row, needs),
  });
  const effect = (words: string, side: string): Shown => ({
    words,
    needs: `${side}_estimate`,
    numeric: true,
    title: claims.meaning.get(`${side}_estimate`),
    cell: (row) => ({
      text: interval(row[`${side}_estimate`], row[`${side}_low`], row[`${side}_high`]),
      sort: numeric(row, `${side}_estimate`),
      note: effectOn(row, side),
    }),
  });
  let whole = true;
  const columns: Shown[] = [
    {
      words: "edge",
      needs: "source",
      cell: (row) => {
        const arrow = ARROWS[String(row.discovery_edge ?? "")] ?? "·";
        const text = `${isolated(claims.name(row.source as number))} ${arrow} ${isolated(claims.name(row.target as number))}`;
        return { text, sort: text };
      },
    },
    {
      ...plain(claims.graph.screen, "candidate_score", claims.meaning.get("candidate_score")),
      // An edge without a direction is one row, which has the larger score of both.
      cell: (row) => (whole && row.discovery_edge !== "-->" ? numeric(row, "candidate_strength") : null) ?? numeric(row, "candidate_score"),
    },
    plain("p", "candidate_p", claims.meaning.get("candidate_p")),
    plain("bootstrap", "discovery_frequency", claims.meaning.get("discovery_frequency")),
    effect("effect in the data", "data"),
    {
      words: "refuters",
      needs: "placebo_outcome",
      cell: (row) => {
        const outcomes = Object.entries(row).filter(([name, v]) => name.endsWith("_outcome") && (v === "passed" || v === "failed"));
        const passed = outcomes.filter(([, v]) => v === "passed").length;
        return outcomes.length ? { text: `${passed}/${outcomes.length}`, sort: passed / outcomes.length } : null;
      },
    },
    { words: "about the documents", needs: "verdict", title: claims.meaning.get("verdict"), cell: (row) => badge(row.verdict) },
    effect("model's conditional", "conditional"),
    effect("effect on the model", "model"),
    { words: "about the model", needs: "model_verdict", title: claims.meaning.get("model_verdict"), cell: (row) => badge(row.model_verdict) },
    {
      words: "truth",
      needs: "truth_adjacent",
      cell: (row) => {
        const fate = fates.get(`${row.source},${row.target}`);
        return fate ? badge(fate) : row.truth_adjacent === 1 ? "joined" : "not joined";
      },
    },
  ];
  const used = columns.filter((column) => claims.has(column.needs));
  const all = claims.all();
  const inGraph = all.filter((row) => row.discovery_edge != null && claims.find(row.source as number, row.target as number)?.key === `${row.source},${row.target}`);
  const place = element("div", {});
  const draw = (rows: Row[]) =>
    place.replaceChildren(
      table({
        label: "evidence",
        columns: used,
        rows: rows.map((row) => used.map((column) => column.cell(row))),
        filter: true,
        first: claims.has("candidate_score") ? [1, true] : undefined,
        choose: (k) => {
          selection.choose(rows[k].source as number, rows[k].target as number);
          document.querySelector(".graph-view")?.scrollIntoView({ block: "nearest" });
        },
      }),
    );
  const which = choice(
    "Rows",
    [
      { value: "edges", words: `Edges of the graph (${inGraph.length})` },
      { value: "all", words: `All pairs with evidence (${number(all.length)})` },
    ],
    "edges",
    (value) => {
      whole = value === "edges";
      draw(whole ? inGraph : all);
    },
  );
  mount.append(element("div", { class: "controls" }, which), place);
  draw(inGraph);
  const strongest = inGraph.reduce<Row | null>(
    (most, row) => ((numeric(row, "candidate_score") ?? 0) > (numeric(most, "candidate_score") ?? -1) ? row : most),
    null,
  );
  if (strongest) selection.choose(strongest.source as number, strongest.target as number);
}

function badge(value: unknown): Cell {
  if (value === null || value === undefined) return null;
  return { text: String(value), sort: String(value), class: `mark ${styled(String(value))}` };
}
