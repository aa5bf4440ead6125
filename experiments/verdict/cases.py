"""Small worlds that are hard for a verdict, each with what is true in it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from .random_models import World, binary, logistic, random_world

YES = ("no", "yes")
Drawn = tuple[dict[str, np.ndarray], set[tuple[str, str]]]


def case(name: str, rows: int, rng: np.random.Generator) -> World:
    """Draw the table of a case."""
    columns, arrows = CASES[name](rows, rng)
    names = tuple(columns)
    values = np.column_stack([columns[one] for one in names])
    categories = tuple(
        tuple(map(str, range(int(column.max()) + 1))) if np.all(column % 1 == 0) else None
        for column in values.T
    )
    categories = tuple(YES if one is not None and len(one) == 2 else one for one in categories)
    adjacency = np.array([[(a, b) in arrows for b in names] for a in names])
    return World(names, values, categories, adjacency)


def _coin(rows: int, rng: np.random.Generator, chance: float = 0.5) -> np.ndarray:
    return binary(np.full(rows, chance), rng)


def hidden_cause(rows: int, rng: np.random.Generator) -> Drawn:
    """Treatment and recovery share a hidden cause, and neither acts on the other."""
    gene, hidden = _coin(rows, rng, 0.4), _coin(rows, rng)
    shift = rng.uniform(1.0, 2.0)
    treatment = logistic(-1.5 + 1.5 * gene + shift * hidden, rng)
    recovery = logistic(-1.0 + 2 * shift * hidden, rng)
    return {"gene": gene, "treatment": treatment, "recovery": recovery}, {("gene", "treatment")}


def selection(rows: int, rng: np.random.Generator) -> Drawn:
    """Only documents in which skill or luck is high are seen."""
    found, arrows = [], {("school", "skill"), ("place", "luck")}
    while sum(map(len, found)) < rows:
        school, place = _coin(rows, rng), _coin(rows, rng)
        skill = logistic(-1.0 + rng.uniform(1.5, 2.5) * school, rng)
        luck = logistic(-1.0 + rng.uniform(1.5, 2.5) * place, rng)
        seen = binary(np.where(skill + luck > 0, 0.9, 0.1), rng) > 0
        found.append(np.column_stack([school, place, skill, luck])[seen])
    values = np.concatenate(found)[:rows]
    return dict(zip(("school", "place", "skill", "luck"), values.T, strict=True)), arrows


def cancelling(rows: int, rng: np.random.Generator) -> Drawn:
    """Two paths from dose to damage cancel."""
    dose = _coin(rows, rng)
    repair = binary(np.where(dose > 0, 0.8, 0.2), rng)
    table = np.array([[0.55, 0.05], [0.85, 0.35]])
    damage = binary(table[dose.astype(int), repair.astype(int)], rng)
    scar = logistic(-1.5 + 3 * damage, rng)
    columns = {"dose": dose, "repair": repair, "damage": damage, "scar": scar}
    arrows = {("dose", "repair"), ("dose", "damage"), ("repair", "damage"), ("damage", "scar")}
    return columns, arrows


def copies(rows: int, rng: np.random.Generator) -> Drawn:
    """A variable, a copy of it with a slip in a hundred, their causes, and what follows."""
    left, right = _coin(rows, rng), _coin(rows, rng, 0.3)
    either = np.maximum(left, right)
    copy = np.where(rng.random(rows) < 0.01, 1 - either, either)
    after = logistic(-1.5 + 3 * either, rng)
    columns = {"left": left, "right": right, "either": either, "copy": copy, "after": after}
    return columns, {
        ("left", "either"),
        ("right", "either"),
        ("either", "copy"),
        ("either", "after"),
    }


def xor(rows: int, rng: np.random.Generator) -> Drawn:
    """An alarm that is the exclusive or of two coins, nineteen times in twenty, and a call."""
    left, right = _coin(rows, rng), _coin(rows, rng)
    alarm = np.where(rng.random(rows) < 0.95, left != right, left == right).astype(float)
    call = logistic(-1.5 + 3 * alarm, rng)
    columns = {"left": left, "right": right, "alarm": alarm, "call": call}
    return columns, {("left", "alarm"), ("right", "alarm"), ("alarm", "call")}


def rare(rows: int, rng: np.random.Generator) -> Drawn:
    """A fault of three in a thousand, with another cause beside it."""
    fault, load = _coin(rows, rng, 0.003), _coin(rows, rng)
    stop = logistic(-3.0 + 4 * fault + 2 * load, rng)
    other, noise = _coin(rows, rng, 0.003), _coin(rows, rng)
    columns = {"fault": fault, "load": load, "stop": stop, "other": other, "noise": noise}
    return columns, {("fault", "stop"), ("load", "stop")}


def instruments(rows: int, rng: np.random.Generator) -> Drawn:
    """Two instruments move smoking; smoking and cancer share a hidden cause; half act."""
    price, law, hidden = rng.normal(size=(3, rows))
    acts = rng.random() < 0.5
    smoking = 0.8 * price + 0.8 * law + hidden + rng.normal(size=rows)
    cancer = (0.7 * smoking if acts else 0.0) + 1.5 * hidden + rng.normal(size=rows)
    columns = {"price": price, "law": law, "smoking": smoking, "cancer": cancer}
    arrows = {("price", "smoking"), ("law", "smoking")}
    return columns, arrows | ({("smoking", "cancer")} if acts else set())


def label(rows: int, rng: np.random.Generator) -> Drawn:
    """Stars and words that all follow from what the writer found; no word acts on another."""
    quality = rng.normal(size=rows)
    stars = np.clip(np.round(1.5 + quality + rng.normal(0.0, 0.5, rows)), 0, 3)
    columns = {"stars": stars}
    for word in ("not", "great", "days", "broke", "love", "uses"):
        slope = rng.uniform(0.8, 1.5) * rng.choice((-1, 1))
        columns[word] = logistic(-0.5 + slope * quality, rng)
    return columns, set()


def independent(rows: int, rng: np.random.Generator) -> Drawn:
    """Twenty variables of which none has to do with another."""
    return {f"x{k}": column for k, column in enumerate(rng.normal(size=(20, rows)))}, set()


def two(rows: int, rng: np.random.Generator) -> Drawn:
    """Rain and wet: nothing in a table of two says which causes which."""
    rain = _coin(rows, rng, 0.3)
    return {"wet": logistic(-2.0 + 4 * rain, rng), "rain": rain}, {("rain", "wet")}


def tree(rows: int, rng: np.random.Generator) -> Drawn:
    """Seven variables in a tree with one root: the class leaves every direction open."""
    columns = {"x0": rng.normal(size=rows)}
    arrows = set()
    for k in range(1, 7):
        parent = f"x{rng.integers(k)}"
        weight = rng.uniform(0.7, 1.5) * rng.choice((-1, 1))
        columns[f"x{k}"] = weight * columns[parent] + rng.normal(size=rows)
        columns[f"x{k}"] /= columns[f"x{k}"].std()
        arrows.add((parent, f"x{k}"))
    shuffled = rng.permutation(list(columns))
    return {name: columns[name] for name in shuffled}, arrows


CASES: dict[str, Callable[[int, np.random.Generator], Drawn]] = {
    "hidden cause": hidden_cause,
    "selection": selection,
    "cancelling paths": cancelling,
    "copies": copies,
    "xor": xor,
    "rare cause": rare,
    "instruments": instruments,
    "label and words": label,
    "independent": independent,
    "two variables": two,
    "within class": tree,
}

__all__ = ["CASES", "World", "case", "random_world"]
