// Examples for single documents: what turns the answer, who taught it, who is near, what follows.

import type { DocumentExamples, ExplainedData, Weighted } from "../data";
import { choice, element, named } from "../dom";
import { number } from "../numbers";
import { continuationView } from "./continuation";
import { documentName, documentText, editsText } from "./pieces";

export function documentSection(mount: Element, explained: ExplainedData): void {
  const { documents } = explained;
  if (!documents.length) return;
  const body = element("div", { class: "document-examples" });
  const options = documents.map(({ row }) => ({ value: String(row), words: `Document ${explained.texts[String(row)]?.number}` }));
  const show = (value: string) => {
    const chosen = documents.find(({ row }) => String(row) === value) ?? documents[0];
    body.replaceChildren(...parts(explained, chosen));
  };
  mount.append(element("div", { class: "controls" }, choice("Document", options, options[0].value, show)), body);
  show(options[0].value);
}

function parts(explained: ExplainedData, entry: DocumentExamples): HTMLElement[] {
  const made: HTMLElement[] = [];
  const column = (title: string, ...children: (HTMLElement | null)[]) => element("div", {}, element("h4", {}, title), ...children);
  made.push(documentText(explained, entry.row));
  if (entry.reason) made.push(element("p", { class: "hint" }, named(entry.reason)));
  const columns = element("div", { class: "two" });
  if (entry.edits) columns.append(column("Fewest edits that turn the answer", editsText(entry.edits, entry.asked ?? "", entry.labels ?? [])));
  columns.append(column("Nearest", list(explained, entry.nearest, (value) => `cosine ${number(value, value > 0.999 ? 5 : 3)}`)));
  const { teachers } = entry;
  if (teachers?.reason) made.push(element("p", { class: "hint" }, named(teachers.reason)));
  else if (teachers) {
    const gradient = (value: number) => `gradient product ${number(value)}`;
    columns.append(
      column("Proponents", list(explained, teachers.for, gradient)),
      column("Opponents", list(explained, teachers.against, gradient)),
    );
  }
  made.push(columns);
  if (teachers && !teachers.reason) {
    made.push(element("p", { class: "hint" }, `Among the first ${explained.sample} documents. A training step on a proponent makes the right answer (`, named(entry.asked ?? ""), ") likelier here, on an opponent less likely: the loss falls, to first order, by the learning rate times the product of the two documents' gradients of the model's head."));
  }
  if (entry.continuation) made.push(column("How the model goes on", continuationView(entry.continuation)));
  return made;
}

function list(explained: ExplainedData, entries: Weighted[], says: (value: number) => string): HTMLElement {
  const items = entries.map(([row, value]) =>
    element("li", {}, documentText(explained, row), element("p", { class: "hint" }, `${documentName(explained, row)}, ${says(value)}`)),
  );
  return items.length ? element("ul", { class: "examples" }, ...items) : element("p", { class: "hint" }, "None in the sample.");
}
