// What can be looked at: the corpus by measure, and each document, with its maps and views.

import { type AttentionData, type DocumentData, type Statistics, unpack } from "../data";
import { type Maps, mapsOf } from "./maps";

export type View = "heads" | "model" | "neurons" | "matrix" | "statistics";

export interface Subject {
  value: string;
  words: string;
  views: View[];
  load(): Promise<Maps>;
  says: string;
  /** Are some of its tokens special ones? */
  special: boolean;
}

const READ: Record<string, string> = {
  masked: "read at the hidden slot of the feature that attends",
  next: "read where the feature that attends is predicted, one position before its words",
};

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => (made ??= make());
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}

export function documentSubject(data: DocumentData): Subject {
  return {
    value: `document ${data.title ?? data.number}`,
    words: data.title ?? `Document ${data.number}`,
    views: ["heads", "model", "neurons", "matrix", "statistics"],
    load: once(() => mapsOf(data)),
    special: data.special.some((flag) => flag === 1) && data.special.some((flag) => flag === 0),
    says: `${counted(data.tokens.length, "token")}, ${counted(data.layers.length, "layer")}; the document is read as it stands, nothing hidden` +
      (data.query === "next" ? ". A row is named by the token that the model predicts there, one position before it." : "."),
  };
}

/** The corpus as if it were a document whose tokens are the features: one subject a measure. */
export function corpusSubjects(attention: AttentionData, names: string[]): Subject[] {
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
      special: false,
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
          document: false,
        };
      }),
    }));
}
