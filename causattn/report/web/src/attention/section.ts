// The section on attention: for the corpus and for each document, one view at a time.

import { type AttentionData, type DocumentData, type Statistics, unpack } from "../data";
import { choice, element } from "../dom";
import { headView } from "./heads";
import { type Maps, mapsOf } from "./maps";
import { matrixView } from "./matrix";
import { modelView } from "./model";
import { neuronView } from "./neurons";
import { statisticsView } from "./statistics";

/** Which head is looked at, kept from view to view. */
export interface Place {
  layer: number;
  head: number | null;
  open(layer: number, head: number): void;
}

export type View = "heads" | "model" | "neurons" | "matrix" | "statistics";
const VIEWS: [View, string][] = [
  ["heads", "Heads"],
  ["model", "Model"],
  ["neurons", "Neurons"],
  ["matrix", "Matrix"],
  ["statistics", "Statistics"],
];

const READ: Record<string, string> = {
  masked: "read at the hidden slot of the feature that attends",
  next: "read where the feature that attends is foretold, one position before its words",
};

interface Subject {
  value: string;
  words: string;
  views: View[];
  load(): Promise<Maps>;
  says: string;
}

export function attentionSection(mount: Element, attention: AttentionData, names: string[]): void {
  const subjects = [...corpusSubjects(attention, names), ...attention.documents.map(documentSubject)];
  if (!subjects.length) return;
  subjectsView(mount, subjects);
}

export function documentView(mount: Element, data: DocumentData, first: View): void {
  subjectsView(mount, [documentSubject(data)], first);
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
  const body = element("div", { class: "attention-view" });
  const says = element("p", { class: "hint" });
  mount.append(bar, says, body);
  let turn = 0;

  async function show(): Promise<void> {
    const mine = ++turn;
    delete body.dataset.view;
    if (!subject.views.includes(view)) view = subject.views[0];
    bar.replaceChildren(
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
    );
    says.textContent = subject.says;
    const maps = await subject.load();
    if (mine !== turn) return;
    body.replaceChildren();
    body.dataset.view = view;
    if (view === "heads") headView(body, maps, place);
    else if (view === "model") modelView(body, maps, place);
    else if (view === "neurons") neuronView(body, maps, place);
    else if (view === "matrix") matrixView(body, maps, place);
    else statisticsView(body, maps.statistics);
  }

  show();
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => (made ??= make());
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}

function documentSubject(data: DocumentData): Subject {
  return {
    value: `document ${data.title ?? data.number}`,
    words: data.title ?? `Document ${data.number}`,
    views: ["heads", "model", "neurons", "matrix", "statistics"],
    load: once(() => mapsOf(data)),
    says: `${counted(data.tokens.length, "token")}, ${counted(data.layers.length, "layer")}; the document is read as it stands, nothing hidden` +
      (data.query === "next" ? ". A row is named by the token that the model foretells there, one position before it." : "."),
  };
}

/** The corpus as if it were a document whose tokens are the features: one subject a measure. */
function corpusSubjects(attention: AttentionData, names: string[]): Subject[] {
  const rollout = attention.measures.find((measure) => measure.name === "rollout");
  const whole = attention.measures.filter(({ values }) => values.shape[0] > 1 || values.shape[1] > 1);
  // A model of one head has no measure with more; the first is then all there is to see.
  return (whole.length ? whole : attention.measures.slice(0, 1))
    .map((measure, k) => ({
      value: `corpus ${measure.name}`,
      words: k === 0 ? "Corpus" : `Corpus, ${measure.name}`,
      views: ["matrix", "heads", "model", ...(k === 0 ? ["statistics" as View] : [])] as View[],
      says:
        `The ${measure.name} attention from feature to feature, mean over the corpus, ` +
        (READ[attention.query ?? ""] ?? "read from documents as they stand") +
        (measure.averaged ? "; heads are averaged, since all of them would be too much for a page" : "") +
        `. Statistics are of the first ${attention.sample} documents.`,
      load: once(async () => {
        const weights = await unpack(measure.values);
        const [layers, heads, queries, keys] = weights.shape;
        const statistics: Statistics = attention.statistics;
        return {
          tokens: names,
          attending: names,
          special: names.map(() => false),
          layers,
          heads,
          queries,
          keys,
          weights,
          rollout: rollout ? await unpack(rollout.values) : null,
          flow: null,
          statistics,
          vectors: null,
          vectorsReason: null,
        };
      }),
    }));
}
