// Heat maps: one head, the mean of a layer's heads, and rollout and flow beside them.

import { element, labelled, select } from "../dom";
import { heatMap, zoomed } from "./heat";
import { indices } from "./heads";
import { type Maps, headMap, layerMean } from "./maps";
import type { Place } from "./place";

const MEAN = "mean";

export function matrixView(mount: Element, maps: Maps, place: Place): void {
  let layer = Math.min(place.layer, maps.layers - 1);
  let head = place.head === null ? MEAN : String(Math.min(place.head, maps.heads - 1));
  const heads = [{ value: MEAN, words: "mean of all" }, ...indices(maps.heads)];
  const others = [
    maps.rollout && ({ title: "Rollout, all layers", values: maps.rollout.data } as const),
    maps.flow && ({ title: "Flow, all layers", values: maps.flow.data } as const),
  ].filter((each) => each !== null);
  const named = { rows: maps.attending, columns: maps.tokens, room: others.length ? 380 : 620 };
  const first = heatMap({ ...named, label: "Attention" });
  const rest = others.map(({ title, values }) => {
    const made = heatMap({ ...named, label: title });
    made.title(title);
    return { made, values };
  });

  mount.append(
    element(
      "div",
      { class: "controls" },
      labelled("Layer", select(indices(maps.layers), String(layer), (value) => {
        layer = place.layer = Number(value);
        draw();
      })),
      labelled("Head", select(heads, head, (value) => {
        head = value;
        place.head = value === MEAN ? null : Number(value);
        draw();
      })),
      zoomed(() => [first, ...rest.map(({ made }) => made)]),
    ),
    element("div", { class: "matrices" }, first.root, ...rest.map(({ made }) => made.root)),
    element("p", { class: "hint" }, "A row attends, a column is attended to; each picture is shaded up to its own largest value.", maps.document && others.length && !maps.flow ? " Flow is computed for documents of up to 40 tokens." : ""),
  );

  function draw(): void {
    first.title(head === MEAN ? `Attention, layer ${layer}, mean of heads` : `Attention, layer ${layer}, head ${head}`);
    first.draw(head === MEAN ? layerMean(maps, layer) : headMap(maps, layer, Number(head)));
    for (const { made, values } of rest) made.draw(values);
  }

  draw();
}
