// What the page holds, as Python wrote it (causattn/report/page/*_data.py), and how it is unpacked.

export interface Packed {
  shape: number[];
  scale: number;
  signed: boolean;
  bytes: string;
}

/** An unpacked array, its last axis contiguous. */
export interface Values {
  shape: number[];
  data: Float32Array;
}

/** source, target, symbol, and what became of the edge beside the truth. */
export type EdgeEntry = [number, number, string, string | null];
/** name, type, meaning, values. */
export type EvidenceColumn = [string, string, string, unknown[]];

export interface GraphData {
  names: string[];
  kind: string;
  edges: EdgeEntry[];
  truth: string | null;
  /** What scored the candidates: attention, or another explainer. */
  screen: string;
  /** The variables that are a label or the model's output. */
  outcomes: number[];
  evidence: { columns: EvidenceColumn[] };
}

export type HeadTable = number[][];

export interface Statistics {
  entropy?: HeadTable;
  concentration?: HeadTable;
  sink?: HeadTable;
  mean_distance?: HeadTable;
  distance?: number[][][];
  similarity?: number[][];
}

export interface DocumentData {
  number: number | null;
  query: string | null;
  title?: string;
  tokens: string[];
  attending: string[];
  special: number[];
  layers: string[];
  stack: string;
  weights: Packed;
  statistics: Statistics;
  vectors: { heads: number[]; query: Packed; key: Packed; scaling: number[]; added: Packed | null } | null;
  vectors_reason: string | null;
  rollout?: Packed;
  flow?: Packed;
}

export interface ExampleData {
  pairs: [number, number, [number, number | null][]][];
  documents: Record<string, { pieces: [string, number[]][]; values: string[] }>;
  ranked: boolean;
}

export interface AttentionData {
  sample: number;
  query: string | null;
  measures: { name: string; averaged: boolean; values: Packed }[];
  statistics: Statistics;
  documents: DocumentData[];
  examples: ExampleData;
}

/** A document of the sample (its row) and how near, or how much it speaks for an answer. */
export type Weighted = [number, number];

export interface EditsData {
  /** The text in order: [kept] or [before, after]. */
  parts: ([string] | [string, string])[];
  before: number[];
  after: number[];
  count: number;
  minimal: boolean;
  tried: number;
  reason: string | null;
}

export interface EdgeExamples {
  source: number;
  target: number;
  /** The source's value, the target's, a row, and among how many documents it is most typical. */
  typical: [string, string | null, number, number][];
  deciding: {
    /** Row, the estimate less the one without it, and how many other documents are alike. */
    rows: [number, number | null, number][];
    estimate: number;
    outcome: string;
    levels: [string, string];
    documents: number;
    turning: number;
    turned: number | null;
  } | null;
  reason: string | null;
  edits?: EditsData & { row: number; asked: string; labels: string[] };
}

export interface FeatureExamples {
  /** A value, a row and among how many it is most typical. */
  typical: [string, number, number][];
  /** Another value in its place: the words, the former answer and what its probability loses. */
  moved: { row: number; before: string; after: string; answer: string; change: number }[];
  reason: string | null;
  asked: string | null;
}

export interface ContinuationData {
  reason: string | null;
  prompt?: string;
  /** All tokens of the text, the last `drawn` of them the model's. */
  tokens?: string[];
  drawn?: number;
  probability?: number[];
  /** What each drawn token owes to the tokens before it. */
  owed?: number[][];
  ended?: boolean;
}

export interface DocumentExamples {
  row: number;
  nearest: Weighted[];
  reason?: string | null;
  asked?: string;
  labels?: string[];
  edits?: EditsData | null;
  teachers?: { for: Weighted[]; against: Weighted[]; reason: string | null };
  continuation?: ContinuationData | null;
}

export interface ExplainedData {
  sample: number;
  texts: Record<string, { number: number; pieces: [string, number[]][] }>;
  edges: EdgeExamples[];
  /** One a variable, in their order; none without a model. */
  features: FeatureExamples[];
  documents: DocumentExamples[];
}

/** A head's weights and products of query and key in a document, each row up to its diagonal. */
export interface HeadMaps {
  weights: number[][];
  products: number[][] | null;
}

/** What an edge does in a document: by token, what is read and the likeliest tokens there before and after. */
export interface EdgeInDocument {
  at: number[];
  read: [number, number];
  next: [string, number, number][];
}

export interface CircuitData {
  /** The row of each part, from below. */
  levels: number[];
  documents: { number: number; tokens: string[]; read_at?: number }[];
  heads: Record<string, HeadMaps[]>;
  edges: { source: number; target: number; documents: EdgeInDocument[] }[];
  /** What an edge that is none of these says; empty where all are. */
  without: string;
}

export interface RunData {
  kind: "run";
  graph: GraphData;
  circuit: CircuitData | null;
  attention: AttentionData | null;
  explained: ExplainedData | null;
  pairs: PairData[];
}

export interface PairSide {
  tokens: string[];
  /** Which of them are special ones; empty where that is not known. */
  special: number[];
  weights: Packed;
}

export interface PairData {
  title: string;
  before: PairSide;
  after: PairSide;
  /** Positions of the same token in both, and which of these rows hold another token. */
  aligned: [number, number][];
  swapped: number[];
  /** Layer, head, attending and attended row of `aligned`, weight before and after. */
  movers: [number, number, number, number, number, number][];
  by_head: HeadTable;
  output: { labels: string[]; before: number[]; after: number[] };
}

export interface ComparisonData {
  kind: "comparison";
  titles: [string, string];
  graph: GraphData;
  /** What each run says of a pair, `[what, A, B]`, by "source,target". */
  sides: Record<string, [string, string, string][]>;
  table: TableData;
  tests: TableData;
  settings: TableData;
}

export interface TableData {
  columns: { name: string; words: string; numeric: boolean }[];
  rows: (string | number | null)[][];
}

export interface SweepData {
  kind: "sweep";
  /** The contestants by each metric, the best first. */
  boards: { words: string; says: string; columns: { words: string; numeric: boolean }[]; rows: { text: string; sort: string | number | null; class?: string | null }[][] }[];
  table: TableData;
  /** Addresses of the runs' own pages. */
  links: (string | null)[];
}

/** A piece of text with the score of the word that it is, and its standard error. */
export type ScoredPiece = [string, number | null, number | null];

export interface ExplainedSide {
  target: string;
  output: number | null;
  baseline: number | null;
  pieces: ScoredPiece[];
}

export interface ExplainedWords {
  method: string;
  paper: string;
  reason: string | null;
  sides: ExplainedSide[];
}

export interface LookedText {
  title: string;
  texts: string[];
  reason: string | null;
  answers: { question: string; labels: string[]; values: number[][] } | null;
  explained: ExplainedWords[];
  documents: DocumentData[];
  pair: PairData | null;
  tau: TauData | null;
}

/** A word, the attention it is paid, what replacing it does and its error, and its side. */
export type TauWord = [string, number, number, number, "high" | "low" | ""];

export interface TauData {
  reason: string | null;
  sides: { says: string; words: TauWord[] }[];
}

export interface LookData {
  kind: "look";
  texts: LookedText[];
  /** For how many texts each stands, where they are typical ones. */
  standsFor: number[];
  tree: { image: string; says: string } | null;
  /** The one part that is shown, null for all. */
  part: string | null;
}

/** One view alone, as notebooks show it. */
export interface ViewData {
  kind: "view";
  view: "graph" | "pair" | "heads" | "model" | "neurons" | "matrix" | "statistics";
  graph: GraphData | null;
  document: DocumentData | null;
  pair: PairData | null;
}

export type PageData = RunData | ComparisonData | SweepData | LookData | ViewData;

export function readData(): PageData {
  const block = document.getElementById("data");
  return JSON.parse(block?.textContent ?? "null") as PageData;
}

export async function unpack(packed: Packed): Promise<Values> {
  const text = atob(packed.bytes);
  const deflated = new Uint8Array(text.length);
  for (let k = 0; k < text.length; k++) deflated[k] = text.charCodeAt(k);
  const stream = new Blob([deflated]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
  const bytes = new Uint8Array(await new Response(stream).arrayBuffer());
  const data = new Float32Array(bytes.length);
  const { scale, signed } = packed;
  for (let k = 0; k < bytes.length; k++) {
    if (!signed) data[k] = scale * (bytes[k] / 255) ** 2;
    else data[k] = bytes[k] === 255 ? -Infinity : (scale * (bytes[k] - 127)) / 127;
  }
  return { shape: packed.shape, data };
}
