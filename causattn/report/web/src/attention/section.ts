// The section on attention: for the corpus and for each document, one view at a time.

import type { AttentionData, DocumentData } from "../data";
import { choice, element, keepingFocus } from "../dom";
import { headView } from "./heads";
import { withoutSpecial } from "./maps";
import { matrixView } from "./matrix";
import { modelView } from "./model";
import { neuronView } from "./neurons";
import type { Place } from "./place";
import { statisticsView } from "./statistics";
import { type Subject, type View, corpusSubjects, documentSubject } from "./subjects";

const VIEWS: [View, string][] = [
  ["heads", "Heads"],
  ["model", "Model"],
  ["neurons", "Neurons"],
  ["matrix", "Matrix"],
  ["statistics", "Statistics"],
];

export function attentionSection(mount: Element, attention: AttentionData, names: string[]): void {
  const subjects = [...corpusSubjects(attention, names), ...attention.documents.map(documentSubject)];
  if (!subjects.length) return;
  subjectsView(mount, subjects);
}

export function documentView(mount: Element, data: DocumentData, first: View): void {
  subjectsView(mount, [documentSubject(data)], first);
}

export function documentViews(mount: Element, documents: DocumentData[], first: View): void {
  subjectsView(mount, documents.map(documentSubject), first);
}

function subjectsView(mount: Element, subjects: Subject[], first: View = "matrix"): void {
  let subject = subjects[0];
  let view: View = subject.views.includes(first) ? first : subject.views[0];
  const place: Place = {
    layer: 0,
    head: null,
    open: (layer, head) => {
      place.layer = layer;
      place.head = head;
      view = "heads";
      show();
    },
  };
  const bar = element("div", { class: "controls" });
  const special = element("input", { type: "checkbox", checked: true });
  special.addEventListener("change", () => show());
  const specialToo = element("label", { class: "control" }, special, element("span", {}, "special tokens"));
  const body = element("div", { class: "attention-view" });
  const says = element("p", { class: "hint" });
  mount.append(bar, says, body);
  let turn = 0;

  async function show(): Promise<void> {
    const mine = ++turn;
    delete body.dataset.view;
    if (!subject.views.includes(view)) view = subject.views[0];
    specialToo.hidden = view === "statistics" || !subject.special;
    keepingFocus(bar, () => bar.replaceChildren(
      ...(subjects.length > 1 ? [choice("Of", subjects.map(({ value, words }) => ({ value, words })), subject.value, (value) => {
        subject = subjects.find((each) => each.value === value) ?? subject;
        place.layer = 0;
        place.head = null;
        show();
      })] : []),
      choice("View", VIEWS.filter(([value]) => subject.views.includes(value)).map(([value, words]) => ({ value, words })), view, (value) => {
        view = value;
        show();
      }),
      specialToo,
    ));
    says.textContent = subject.says;
    const maps = await subject.load();
    if (mine !== turn) return;
    const shown = special.checked || specialToo.hidden ? maps : withoutSpecial(maps);
    const opened = body.contains(document.activeElement);
    body.replaceChildren();
    body.dataset.view = view;
    if (view === "heads") headView(body, shown, place);
    else if (view === "model") modelView(body, shown, place);
    else if (view === "neurons") neuronView(body, shown, place);
    else if (view === "matrix") matrixView(body, shown, place);
    else statisticsView(body, maps.statistics);
    // What was opened with a key goes on with the first control of what it opened.
    if (opened) body.querySelector<HTMLElement>("select, button")?.focus();
  }

  show();
}
