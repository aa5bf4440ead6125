"""Maps from atoms of the product to atoms of the reactants, read off attention."""

from __future__ import annotations

import numpy as np

from .smiles import Reaction

BOOST = 90.0
"""How much neighbours of a mapped pair gain (rxnmapper's `attention_multiplier`)."""


def from_products(reaction: Reaction, weights: np.ndarray) -> np.ndarray:
    """Return attention from atoms of the product (row) to those of the reactants (column).

    Parameters
    ----------
    reaction
        The reaction.
    weights
        [..., T, T], between all tokens, those that mark beginning and end included.
    """
    places = reaction.atoms + 1
    after, before = places[reaction.reactants :], places[: reaction.reactants]
    return weights[..., after[:, None], before[None, :]]


def both_ways(reaction: Reaction, weights: np.ndarray) -> np.ndarray:
    """Return attention from products to reactants and back, summed, [..., products, reactants]."""
    turned = np.swapaxes(weights, -1, -2)
    return from_products(reaction, weights) + from_products(reaction, turned)


def best_partner(scores: np.ndarray) -> np.ndarray:
    """Return the best column of each row, int64 [..., products]."""
    return scores.argmax(-1)


def guided_map(reaction: Reaction, scores: np.ndarray) -> np.ndarray:
    """Return the map that RXNMapper makes of attention, int64 [products], -1 for none.

    Schwaller, Hoover, Reymond, Strobelt and Laino (2021), "Extraction of organic chemistry grammar
    from unsupervised learning of chemical reactions", methods: the strongest pair of one element is
    mapped, its neighbours' attention to each other is raised, both are taken out, and so on.

    Parameters
    ----------
    reaction
        The reaction.
    scores
        [products, reactants], attention both ways.
    """
    count = reaction.reactants
    before, after = reaction.bonds[:count, :count], reaction.bonds[count:, count:]
    allowed = scores * reaction.same_element()
    raised = np.ones_like(allowed)
    found = np.full(reaction.products, -1)
    for _ in range(reaction.products):
        left = allowed * raised
        whole = left.sum(1, keepdims=True)
        share = np.divide(left, whole, out=np.zeros_like(left), where=whole != 0)
        if np.isclose(share.max(), 0.0):
            break
        product = int(share.max(1).argmax())
        reactant = int(share[product].argmax())
        found[product] = reactant
        raised[np.ix_(after[product], before[reactant])] *= BOOST
        raised[product], raised[:, reactant] = 0.0, 0.0
    return found
