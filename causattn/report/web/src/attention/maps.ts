// One document's (or the corpus's) attention, unpacked: what all views of attention draw.

import { type DocumentData, type Statistics, type Values, unpack } from "../data";

export interface Maps {
  tokens: string[];
  attending: string[];
  special: boolean[];
  layers: number;
  heads: number;
  queries: number;
  keys: number;
  /** [layers, heads, queries, keys], from row to column. */
  weights: Values;
  rollout: Values | null;
  flow: Values | null;
  statistics: Statistics;
  vectors: { heads: number[]; query: Values; key: Values; scaling: number[]; added: Values | null } | null;
  vectorsReason: string | null;
  /** Is it of one document, not of the corpus? */
  document: boolean;
}

export async function mapsOf(document: DocumentData): Promise<Maps> {
  const weights = await unpack(document.weights);
  const [layers, heads, queries, keys] = weights.shape;
  const { vectors } = document;
  return {
    tokens: document.tokens,
    attending: document.attending,
    special: document.special.map((flag) => flag === 1),
    layers,
    heads,
    queries,
    keys,
    weights,
    rollout: document.rollout ? await unpack(document.rollout) : null,
    flow: document.flow ? await unpack(document.flow) : null,
    statistics: document.statistics,
    vectors: vectors && {
      ...vectors,
      query: await unpack(vectors.query),
      key: await unpack(vectors.key),
      added: vectors.added && (await unpack(vectors.added)),
    },
    vectorsReason: document.vectors_reason,
    document: true,
  };
}

/** One head's map as a view of the whole, [queries, keys]. */
export function headMap(maps: Maps, layer: number, head: number): Float32Array {
  const size = maps.queries * maps.keys;
  const first = (layer * maps.heads + head) * size;
  return maps.weights.data.subarray(first, first + size);
}

/** The mean over the heads of a layer, [queries, keys]. */
export function layerMean(maps: Maps, layer: number): Float32Array {
  const mean = new Float32Array(maps.queries * maps.keys);
  for (let head = 0; head < maps.heads; head++) {
    headMap(maps, layer, head).forEach((value, k) => (mean[k] += value / maps.heads));
  }
  return mean;
}

/** The same without special tokens: their rows and columns are left out, the others stay as they are. */
export function withoutSpecial(maps: Maps): Maps {
  const keys = maps.tokens.map((_, k) => k).filter((k) => !maps.special[k]);
  const square = maps.queries === maps.keys;
  const queries = square ? keys : maps.attending.map((_, q) => q);
  const both = (values: Values | null) => values && taken(taken(values, values.shape.length - 2, queries), values.shape.length - 1, keys);
  const { vectors } = maps;
  return {
    ...maps,
    tokens: keys.map((k) => maps.tokens[k]),
    attending: queries.map((q) => maps.attending[q]),
    special: keys.map(() => false),
    queries: queries.length,
    keys: keys.length,
    weights: both(maps.weights) as Values,
    rollout: both(maps.rollout),
    flow: both(maps.flow),
    vectors: vectors && { ...vectors, query: taken(vectors.query, 1, queries), key: taken(vectors.key, 1, keys), added: both(vectors.added) },
  };
}

/** Some entries of one axis. */
function taken(values: Values, axis: number, kept: number[]): Values {
  const { shape } = values;
  const inner = shape.slice(axis + 1).reduce((size, length) => size * length, 1);
  const outer = shape.slice(0, axis).reduce((size, length) => size * length, 1);
  const data = new Float32Array(outer * kept.length * inner);
  for (let o = 0; o < outer; o++) {
    kept.forEach((k, place) => {
      const start = (o * shape[axis] + k) * inner;
      data.set(values.data.subarray(start, start + inner), (o * kept.length + place) * inner);
    });
  }
  return { shape: [...shape.slice(0, axis), kept.length, ...shape.slice(axis + 1)], data };
}
