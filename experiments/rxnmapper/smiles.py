"""Reactions as the model reads them: tokens, atoms, elements and bonds of a SMILES string."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

PATTERN = (
    r"(\[[^\]]+]|Br?|Cl?|N|O|S|P|F|I|b|c|n|o|s|p|\(|\)|\.|=|#|-|\+|\\|\/|:|~|@|\?|>>?|\*|\$"
    r"|\%[0-9]{2}|[0-9])"
)
"""What a token is: Schwaller et al. (2019), "Molecular transformer", as in rxnmapper."""
_ARROW = ">>"
_ELEMENT = re.compile(r"\[\d*(\*|[A-Z][a-z]?|[a-z])")


@dataclass(frozen=True)
class Reaction:
    """A reaction's atoms.

    Parameters
    ----------
    text
        As the model reads it.
    tokens
        Its tokens, without those that mark beginning and end.
    atoms
        int64 [a], which tokens are atoms; those of the reactants first.
    elements
        Of every atom, lower case where aromatic atoms are written so is left out.
    bonds
        bool [a, a], which atoms are bound to each other.
    reactants
        How many atoms the reactants have.
    """

    text: str
    tokens: tuple[str, ...]
    atoms: np.ndarray
    elements: tuple[str, ...]
    bonds: np.ndarray
    reactants: int

    @property
    def products(self) -> int:
        """How many atoms the products have."""
        return len(self.atoms) - self.reactants

    def same_element(self) -> np.ndarray:
        """Return which atoms of the products (row) and reactants (column) are of one element."""
        before, after = self.elements[: self.reactants], self.elements[self.reactants :]
        return np.array([[one == other for other in before] for one in after])


def read_reaction(text: str) -> Reaction:
    """Return a reaction's atoms and bonds.

    Raises
    ------
    ValueError
        Where something in it is no token, or it is no reaction.
    """
    tokens = re.findall(PATTERN, text)
    if "".join(tokens) != text or tokens.count(_ARROW) != 1:
        raise ValueError(f"{text} is no reaction.")
    atoms = [k for k, token in enumerate(tokens) if _is_atom(token)]
    bonds = np.zeros((len(atoms), len(atoms)), dtype=bool)
    before: int | None = None
    branches: list[int | None] = []
    rings: dict[str, int] = {}
    number = -1
    for token in tokens:
        if _is_atom(token):
            number += 1
            if before is not None:
                bonds[before, number] = True
            before = number
        elif token in (".", _ARROW):
            before = None
        elif token == "(":
            branches.append(before)
        elif token == ")":
            before = branches.pop()
        elif token.isdigit() or token.startswith("%"):
            assert before is not None
            if token in rings:
                bonds[rings.pop(token), before] = True
            else:
                rings[token] = before
    reactants = sum(atom < tokens.index(_ARROW) for atom in atoms)
    elements = tuple(_element(tokens[atom]) for atom in atoms)
    return Reaction(text, tuple(tokens), np.array(atoms), elements, bonds | bonds.T, reactants)


def _is_atom(token: str) -> bool:
    return token[0].isalpha() or token[0] == "[" or token == "*"


def _element(token: str) -> str:
    """Return an atom's element: ``[nH]`` and ``n`` are nitrogen, as ``N`` is."""
    found = _ELEMENT.match(token)
    return (found[1] if found else token).capitalize()
