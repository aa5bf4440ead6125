// Examples for one variable: typical documents, and those in which its words decide the answer.

import type { ExplainedData } from "../data";
import { element, named } from "../dom";
import { number } from "../numbers";
import { documentName, documentText } from "./pieces";

export function featureExamples(explained: ExplainedData, index: number): HTMLElement[] | null {
  const found = explained.features[index];
  if (!found) return null;
  const marks = { [index]: "source" };
  const made: HTMLElement[] = [element("h4", {}, "Typical documents")];
  for (const [value, row, count] of found.typical) {
    made.push(
      documentText(explained, row, marks),
      element("p", { class: "hint" }, named(value), `: ${documentName(explained, row)}, the middle one of ${count} in the sample.`),
    );
  }
  made.push(element("h4", {}, "Where it decides what the model says"));
  if (found.reason) made.push(element("p", { class: "hint" }, named(found.reason)));
  else if (!found.moved.length) made.push(element("p", { class: "hint" }, "Another value in its place lowers no answer in the sample."));
  for (const { row, before, after, answer, change } of found.moved) {
    made.push(
      documentText(explained, row, marks),
      element(
        "p",
        { class: "hint edits" },
        `${documentName(explained, row)}: `,
        element("del", {}, before),
        " ",
        element("ins", {}, after || "∅"),
        " changes the probability of ",
        named(answer),
        " (",
        named(found.asked ?? ""),
        `) by ${number(change)}.`,
      ),
    );
  }
  return made;
}
