// Finds the places that the page left open and fills each with its view.

import { attentionSection, documentView } from "./attention/section";
import type { View } from "./attention/subjects";
import { comparisonPage } from "./comparison";
import { readData } from "./data";
import { documentSection } from "./examples/documents";
import { Claims, Selection } from "./graph/claims";
import { evidenceTable } from "./graph/evidence";
import { graphView } from "./graph/view";
import { lookPage } from "./look";
import { pairSection } from "./pair";
import { enlargeable } from "./pictures";
import { sweepPage } from "./sweep";
import { themeButton } from "./theme";

function place(name: string): HTMLElement | null {
  return document.querySelector(`[data-view="${name}"]`);
}

function start(): void {
  const button = document.querySelector<HTMLButtonElement>("#theme");
  if (button) themeButton(button);
  const data = readData();
  if (data.kind === "run") {
    const claims = new Claims(data.graph);
    const selection = new Selection();
    const graph = place("graph");
    if (graph) graphView(graph, claims, { examples: data.attention?.examples ?? null, explained: data.explained, circuit: data.circuit, selection });
    const evidence = place("evidence");
    if (evidence) evidenceTable(evidence, claims, selection);
    const attention = place("attention");
    if (attention && data.attention) attentionSection(attention, data.attention, data.graph.names);
    const documents = place("documents");
    if (documents && data.explained) documentSection(documents, data.explained);
    const pairs = place("pairs");
    if (pairs) pairSection(pairs, data.pairs);
  } else if (data.kind === "comparison") {
    comparisonPage(data, place);
  } else if (data.kind === "sweep") {
    sweepPage(data, place);
  } else if (data.kind === "look") {
    lookPage(data, place);
  } else {
    const view = place("view");
    if (!view) return;
    if (data.graph) graphView(view, new Claims(data.graph), { examples: null, selection: new Selection(), height: 460 });
    else if (data.pair) pairSection(view, [data.pair]);
    else if (data.document) documentView(view, data.document, data.view as View);
  }
  enlargeable();
  // How tall the page is, also after what is drawn later: a picture of it is taken at that height.
  const whole = document.documentElement;
  new ResizeObserver(() => (whole.dataset.height = String(whole.scrollHeight))).observe(document.body);
  document.documentElement.dataset.ready = "yes";
}

start();
