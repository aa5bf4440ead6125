// Elements are made here and nowhere else; text is only ever set as text.

type Attributes = Record<string, string | number | boolean | EventListener | undefined>;
export type Child = Node | string | null | undefined | false;

export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  apply(made, attributes);
  append(made, children);
  return made;
}

export function svg<K extends keyof SVGElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: Child[]
): SVGElementTagNameMap[K] {
  const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
  apply(made, attributes);
  append(made, children);
  return made;
}

function apply(made: Element, attributes: Attributes): void {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === false) continue;
    if (typeof value === "function") made.addEventListener(name, value);
    else made.setAttribute(name, value === true ? "" : String(value));
  }
}

function append(made: Element, children: Child[]): void {
  for (const child of children) {
    if (child !== null && child !== undefined && child !== false) made.append(child);
  }
}

/** A name from the corpus: isolated, so that its direction turns nothing around it. */
export function named(text: string): HTMLElement {
  // A text with isolated names in it is ours, and runs from left to right.
  return element("bdi", { dir: text.includes("\u2068") ? "ltr" : undefined }, text);
}

/** Which way a text runs that is made of isolated pieces, by the letters that it has most of. */
export function direction(text: string): "rtl" | "ltr" {
  const count = (letters: RegExp) => text.match(letters)?.length ?? 0;
  return count(/[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]/gu) > count(/\p{Script=Latin}/gu) ? "rtl" : "ltr";
}

/** The same inside a plain string: an arrow between two names from right to left stays as it is. */
export function isolated(text: string): string {
  return `\u2068${text}\u2069`;
}

/** A word or several as the style sheet writes them: `may-be-confounded`. */
export function styled(words: string): string {
  return words.replaceAll(" ", "-");
}

/** Names in a row, each isolated. */
export function listed(names: unknown[]): string {
  return names.length ? names.map((name) => isolated(String(name))).join(", ") : "nothing";
}

export function clear(node: Element, ...children: Child[]): void {
  node.replaceChildren();
  append(node, children);
}

/** A row of buttons of which one is chosen; arrow keys move the choice. */
export function choice<T extends string>(
  label: string,
  options: { value: T; words: string; off?: string }[],
  chosen: T,
  change: (value: T) => void,
): HTMLElement {
  const buttons = options.map((option) =>
    element(
      "button",
      {
        type: "button",
        role: "radio",
        "data-value": option.value,
        "aria-checked": String(option.value === chosen),
        tabindex: option.value === chosen ? 0 : -1,
        disabled: option.off !== undefined,
        title: option.off,
        click: () => pick(option.value),
      },
      option.words,
    ),
  );
  const usable = () => buttons.filter((button) => !button.disabled);
  function pick(value: T): void {
    for (const button of buttons) {
      const on = button.dataset.value === value;
      button.setAttribute("aria-checked", String(on));
      button.tabIndex = on ? 0 : -1;
    }
    change(value);
  }
  const group = element("div", { class: "choice", role: "radiogroup", "aria-label": label }, ...buttons);
  group.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const all = usable();
    const now = all.findIndex((button) => button.getAttribute("aria-checked") === "true");
    const next = all[(now + step + all.length) % all.length];
    next.focus();
    pick(next.dataset.value as T);
  });
  return group;
}

export function labelled(words: string, control: HTMLElement, note?: HTMLElement): HTMLElement {
  return element("label", { class: "control" }, element("span", {}, words), control, note);
}

export function select(
  options: { value: string; words: string }[],
  chosen: string,
  change: (value: string) => void,
): HTMLSelectElement {
  const made = element(
    "select",
    {},
    ...options.map((option) => element("option", { value: option.value, dir: "auto" }, option.words)),
  );
  made.value = chosen;
  made.addEventListener("change", () => change(made.value));
  return made;
}

export function slider(
  low: number,
  high: number,
  value: number,
  change: (value: number) => void,
): HTMLInputElement {
  const step = (high - low) / 200 || 1;
  const made = element("input", { type: "range", min: low, max: high, step, value });
  made.addEventListener("input", () => change(Number(made.value)));
  return made;
}

/** Do something that makes controls again; the one that had the keyboard has it again. */
export function keepingFocus(root: Element, work: () => void): void {
  const had = root.contains(document.activeElement) ? document.activeElement : null;
  const key = (each: Element) => [each.tagName, each.closest("[aria-label]")?.getAttribute("aria-label"), each.getAttribute("data-value")].join("\0");
  const wanted = had && key(had);
  work();
  if (!had || root.contains(document.activeElement)) return;
  if (had.isConnected) return (had as HTMLElement).focus();
  [...root.querySelectorAll<HTMLElement>("button, select, input")].find((each) => key(each) === wanted)?.focus();
}
