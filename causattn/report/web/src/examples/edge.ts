// Examples for one edge, made when they are asked for: typical and deciding documents, an edit.

import type { EdgeExamples, ExplainedData } from "../data";
import { element, named } from "../dom";
import type { Claims } from "../graph/claims";
import { number } from "../numbers";
import { documentName, documentText, editsText } from "./pieces";

export function edgeExamples(explained: ExplainedData, claims: Claims, source: number, target: number): HTMLElement | null {
  const of = (a: number, b: number) => explained.edges.find((each) => each.source === a && each.target === b);
  const found = [of(source, target), of(target, source)].filter((each): each is EdgeExamples => each !== undefined);
  // The direction that has an estimate says more.
  const edge = found.find((each) => each.deciding) ?? found[0];
  if (!edge) return null;
  const box = element("details", { class: "edge-examples" }, element("summary", {}, "Typical and deciding documents"));
  box.addEventListener("toggle", () => {
    if (box.open && box.childElementCount === 1) box.append(...parts(explained, claims, edge));
  });
  return box;
}

function parts(explained: ExplainedData, claims: Claims, edge: EdgeExamples): HTMLElement[] {
  const source = claims.name(edge.source);
  const target = claims.name(edge.target);
  const marks = { [edge.source]: "source", [edge.target]: "target" };
  const made: HTMLElement[] = [element("h4", {}, "Typical")];
  for (const [value, then, row, count] of edge.typical) {
    made.push(
      documentText(explained, row, marks),
      element("p", { class: "hint" }, `Of ${count} in the sample with `, named(`${source} = ${value}`), ...(then === null ? [] : [" and ", named(`${target} = ${then}`)]), ` the middle one is ${documentName(explained, row)}.`),
    );
  }
  if (!edge.typical.length) made.push(element("p", { class: "hint" }, "Without a model there is no representation to be typical in."));
  made.push(element("h4", {}, "Deciding"), ...deciding(explained, edge, marks));
  if (edge.edits) {
    made.push(element("h4", {}, "What turns the model"), editsText(edge.edits, `${edge.edits.asked}, in ${documentName(explained, edge.edits.row)}`, edge.edits.labels));
  }
  return made;
}

function deciding(explained: ExplainedData, edge: EdgeExamples, marks: Record<number, string>): HTMLElement[] {
  const found = edge.deciding;
  if (!found) return [element("p", { class: "hint" }, named(edge.reason ?? ""))];
  const says = found.levels.every(Boolean) ? ["from ", named(found.levels[0]), " to ", named(found.levels[1]), " "] : [];
  const made: HTMLElement[] = [element("p", { class: "hint" }, "The effect ", ...says, "on ", named(found.outcome), ` is ${number(found.estimate, 5)}. Left out alone, these change it most:`)];
  for (const [row, influence, alike] of found.rows) {
    const others = alike === 0 ? "" : alike === 1 ? " (one other is alike)" : ` (${alike} others are alike)`;
    const becomes = influence === null ? "there would be no estimate" : `it would be ${number(found.estimate - influence, 5)}`;
    made.push(documentText(explained, row, marks), element("p", { class: "hint" }, `Without ${documentName(explained, row)}${others} ${becomes}.`));
  }
  made.push(
    element("p", {}, found.turning
      ? `Its sign hangs on ${found.turning} of ${found.documents} documents: without them it would be ${number(found.turned)}.`
      : `No half of the ${found.documents} documents was found without which its sign would be another.`),
  );
  return made;
}
