"""Networks made for the question, as BIF files."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import product

import numpy as np

Parents = Mapping[str, tuple[str, ...]]
NOISE = 0.1
"""How often a gate is wrong."""
VALUES, COPIED = 12, 0.5
"""How many values a variable of many has, and how often a child repeats its parent's."""


def parity() -> str:
    """Return three gates of two coins each: no coin says anything of the gate by itself."""
    parents: dict[str, tuple[str, ...]] = {}
    for gate in ("p", "q", "r"):
        parents |= {f"{gate}a": (), f"{gate}b": (), gate: (f"{gate}a", f"{gate}b")}
    wrong = np.array([1 - NOISE, NOISE])
    return bif(parents, 2, lambda given: wrong[[sum(given) % 2, 1 - sum(given) % 2]])


def many_values() -> str:
    """Return two chains of three variables; half of the time a child repeats its parent."""
    parents: dict[str, tuple[str, ...]] = {
        "a": (), "b": ("a",), "c": ("b",), "d": (), "e": ("d",), "f": ("e",)
    }  # fmt: skip
    copied = np.eye(VALUES) * COPIED + (1 - COPIED) / VALUES
    return bif(parents, VALUES, lambda given: copied[given[0]])


def bif(parents: Parents, count: int, chances: Callable[[tuple[int, ...]], np.ndarray]) -> str:
    """Return a network in BIF.

    Parameters
    ----------
    parents
        Of every variable; those without are uniform.
    count
        How many values each variable has.
    chances
        From the numbers of the parents' values to the probabilities of a child's.
    """
    values = [f"v{k}" for k in range(count)]
    lines = ["network made {", "}"]
    for name in parents:
        lines += [f"variable {name} {{"]
        lines += [f"  type discrete [ {count} ] {{ {', '.join(values)} }};", "}"]
    for name, of in parents.items():
        lines.append(f"probability ( {name}{' | ' + ', '.join(of) if of else ''} ) {{")
        if not of:
            lines.append(f"  table {', '.join([repr(1 / count)] * count)};")
        for given in product(range(count), repeat=len(of)) if of else ():
            row = ", ".join(repr(float(p)) for p in chances(given))
            lines.append(f"  ({', '.join(values[k] for k in given)}) {row};")
        lines.append("}")
    return "\n".join(lines) + "\n"
