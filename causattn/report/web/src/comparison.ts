// Two runs in one layout: edges of both, of A alone, of B alone, and those that they direct otherwise.

import type { ComparisonData } from "./data";
import { clear, element, named } from "./dom";
import { Claims, Selection, type Claim } from "./graph/claims";
import type { Kind, Stroke } from "./graph/kinds";
import type { PanelLike } from "./graph/panel";
import { graphView } from "./graph/view";
import { table } from "./table";
import { colour } from "./theme";

const FATES: Record<string, [string, string, (titles: [string, string]) => string]> = {
  both: ["right", "", () => "both"],
  turned: ["reversed", "7 3", () => "both, directed otherwise"],
  "only A": ["supported", "", ([a]) => `only ${a}`],
  "only B": ["extra", "4 3", ([, b]) => `only ${b}`],
};

export function comparisonPage(data: ComparisonData, place: (name: string) => HTMLElement | null): void {
  const claims = new Claims(data.graph);
  const stroke = (fate: string): Stroke => {
    const [name, dashes, words] = FATES[fate];
    return { colour: fate === "both" ? colour("ink") : colour(name), dashes, words: words(data.titles) };
  };
  const kind: Kind = {
    value: "comparison",
    words: "Whose edge",
    size: () => null,
    sizeWords: "",
    stroke: (edge: Claim) => stroke(edge.fate ?? "both"),
    legend: () => Object.keys(FATES).map(stroke),
  };
  const graph = place("graph");
  if (graph) graphView(graph, claims, { kinds: [kind], panel: sidesPanel(data, claims), selection: new Selection() });
  const titles = { table: "metrics of both runs", tests: "tests on which the runs differ", settings: "settings on which the runs differ" };
  for (const name of ["table", "tests", "settings"] as const) {
    const mount = place(name);
    if (mount) {
      mount.append(
        table({
          label: titles[name],
          columns: data[name].columns.map(({ words, numeric }) => ({ words, numeric })),
          rows: data[name].rows,
          filter: data[name].rows.length > 12,
          page: name === "tests" ? 15 : undefined,
        }),
      );
    }
  }
}

/** What each run says of the chosen edge, side by side. */
function sidesPanel(data: ComparisonData, claims: Claims): PanelLike {
  const root = element("aside", { class: "panel", "aria-live": "polite" });
  const rest = () => clear(root, element("p", { class: "hint" }, "Choose an edge to see what each run says of it, or a variable to see its neighbourhood."));
  const show = (source: number, target: number) => {
    const edge = claims.find(source, target);
    if (!edge) return rest();
    const head = element("tr", {}, element("th", {}, ""), ...data.titles.map((title) => element("th", {}, named(title))));
    const rows = (data.sides[edge.key] ?? []).map(([words, a, b]) =>
      element("tr", { class: a === b ? "same" : "differs" }, element("th", { scope: "row" }, words), element("td", {}, named(a)), element("td", {}, named(b))),
    );
    const whose = FATES[edge.fate ?? "both"][2](data.titles);
    clear(
      root,
      element("h3", {}, named(claims.name(edge.source)), " · ", named(claims.name(edge.target))),
      element("p", { class: "hint" }, named(whose)),
      element("table", { class: "sides" }, element("thead", {}, head), element("tbody", {}, ...rows)),
    );
  };
  rest();
  return { root, rest, show };
}
