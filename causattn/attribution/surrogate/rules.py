"""Surrogates as text: a tree as nested questions, a linear model as a sum."""

from __future__ import annotations

import numpy as np

from causattn.attribution.surrogate.fit import LinearSurrogate, Surrogate, TreeSurrogate


def surrogate_rules(surrogate: Surrogate, most: int = 20) -> str:
    """Return a surrogate in lines that a person can read, its fidelity first.

    Parameters
    ----------
    surrogate
        What `fit_surrogate` gave.
    most
        Most coefficients of a linear one; how many more there are is said.
    """
    fidelity = surrogate.fidelity
    lines = [
        f"On {fidelity.held_out} documents held out: R2 {fidelity.r2:.3f} "
        f"[{fidelity.r2_low:.3f}, {fidelity.r2_high:.3f}] (a constant has 0), same sign as the "
        f"model in {fidelity.agreement:.1%} (a constant: {fidelity.agreement_constant:.1%})."
    ]
    if isinstance(surrogate, TreeSurrogate):
        return "\n".join(lines + _questions(surrogate, 0, 0))
    return "\n".join(lines + _sum(surrogate, most))


def question(tree: TreeSurrogate, node: int) -> tuple[str, int, int]:
    """Return what an inner node asks, and the nodes where it is so and where it is not."""
    column = int(tree.column[node])
    low, high = int(tree.low[node]), int(tree.high[node])
    if tree.binary[column]:
        return tree.names[column], high, low
    return f"{tree.names[column]} > {tree.threshold[node]:.4g}", high, low


def _questions(tree: TreeSurrogate, node: int, depth: int) -> list[str]:
    """Return the lines of a node and all below it."""
    margin = "  " * depth
    if tree.column[node] < 0:
        return [f"{margin}{tree.output} {tree.value[node]:+.2f} ({tree.documents[node]} documents)"]
    asked, yes, no = question(tree, node)
    return [
        f"{margin}if {asked}:",
        *_questions(tree, yes, depth + 1),
        f"{margin}else:",
        *_questions(tree, no, depth + 1),
    ]


def _sum(linear: LinearSurrogate, most: int) -> list[str]:
    """Return a line a coefficient, the largest first."""
    order = np.argsort(-np.abs(linear.coefficients), kind="stable")
    lines = [f"{linear.output} = {linear.intercept:+.2f}"] + [
        f"  {linear.coefficients[k]:+.2f} [{linear.low[k]:+.2f}, {linear.high[k]:+.2f}] "
        f"{linear.names[k]}"
        for k in order[:most]
    ]
    if len(order) > most:
        lines.append(f"  and {len(order) - most} more that are smaller")
    return lines
