// What all examples are made of: a document's text, and a text with its edits.

import type { EditsData, ExplainedData } from "../data";
import { element, named } from "../dom";
import { number } from "../numbers";

/** A document with the words of some features marked. */
export function documentText(explained: ExplainedData, row: number, marks: Record<number, string> = {}): HTMLElement {
  const text = element("p", { class: "document", dir: "auto" });
  for (const [piece, carried] of explained.texts[String(row)]?.pieces ?? []) {
    const kind = carried.map((feature) => marks[feature]).find(Boolean);
    text.append(kind ? element("mark", { class: kind }, piece) : piece);
  }
  return text;
}

export function documentName(explained: ExplainedData, row: number): string {
  return `document ${explained.texts[String(row)]?.number ?? "?"}`;
}

/** The fewest edits that turn an answer, or why there are none. */
export function editsText(edits: EditsData, asked: string, labels: string[]): HTMLElement {
  const box = element("div", { class: "edits" });
  const before = best(edits.before);
  const text = element("p", { class: "document", dir: "auto" });
  for (const part of edits.parts) {
    if (part.length === 1) text.append(part[0]);
    else text.append(element("del", {}, part[0]), " ", element("ins", {}, part[1] || "∅"));
  }
  const answer = (scores: number[], k: number) => [named(labels[k] ?? String(k)), ` (${number(scores[k])})`];
  if (!edits.count) {
    box.append(text, element("p", { class: "hint" }, named(asked), ": ", ...answer(edits.before, before), ". ", edits.reason ?? ""));
    return box;
  }
  const how = edits.minimal ? "no smaller set of the edits offered does it" : "a smaller set may do it, too";
  box.append(
    text,
    element("p", { class: "hint" }, named(asked), ": ", ...answer(edits.before, before), " becomes ", ...answer(edits.after, best(edits.after)),
      `; ${edits.tried} texts were read, ${how}.`),
  );
  return box;
}

function best(scores: number[]): number {
  return scores.indexOf(Math.max(...scores));
}
