// Two runs in one layout: edges of both, of A alone, of B alone, and those that they direct otherwise.

import type { ComparisonData } from "./data";
import { Claims, Selection, type Claim } from "./graph/claims";
import type { Kind, Stroke } from "./graph/kinds";
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
  if (graph) graphView(graph, claims, { kinds: [kind], examples: null, selection: new Selection() });
  for (const name of ["table", "tests"] as const) {
    const mount = place(name);
    if (mount) {
      mount.append(
        table({
          label: name === "table" ? "figures of both runs" : "tests on which the runs differ",
          columns: data[name].columns.map(({ words, numeric }) => ({ words, numeric })),
          rows: data[name].rows,
          filter: data[name].rows.length > 12,
        }),
      );
    }
  }
}
