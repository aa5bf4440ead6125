"""Reactions by hand; and, where the package's wheel lies in CAUSATTN_DATA, its model."""

import os
from pathlib import Path

import numpy as np
import pytest
import yaml

from experiments.rxnmapper.maps import both_ways, from_products, guided_map
from experiments.rxnmapper.smiles import read_reaction

FOLDER = Path(__file__).parents[3] / "experiments" / "rxnmapper"
WHEEL = Path("rxnmapper") / "rxnmapper-0.4.3-py3-none-any.whl"
DATA = Path(os.environ.get("CAUSATTN_DATA", "data"))
packaged = pytest.mark.skipif(
    not (DATA / WHEEL).is_file(),
    reason=f"{WHEEL} is not in CAUSATTN_DATA (pip download --no-deps rxnmapper==0.4.3)",
)


def test_atoms_and_bonds_of_a_reaction():
    found = read_reaction("[2*]C1=CC(Br)1.[nH]~[Na+]>>c%10ccC%10")
    assert found.reactants == 7
    assert found.elements == ("*", "C", "C", "C", "Br", "N", "Na", "C", "C", "C", "C")
    bonds = {(0, 1), (1, 2), (2, 3), (3, 4), (1, 3), (5, 6), (7, 8), (8, 9), (9, 10), (7, 10)}
    assert set(zip(*np.nonzero(np.triu(found.bonds)), strict=True)) == bonds
    assert np.array_equal(found.bonds, found.bonds.T)
    assert found.same_element().tolist() == [[False, True, True, True, False, False, False]] * 4
    with pytest.raises(ValueError, match="is no reaction"):
        read_reaction("CC.CC")


def test_neighbours_of_what_is_mapped_go_together():
    """Of two equal chains, the one whose end is mapped first takes the rest."""
    reaction = read_reaction("CO.CN>>CN")
    weights = np.zeros((11, 11))
    places = reaction.atoms + 1
    carbon, nitrogen = places[4], places[5]
    weights[nitrogen, places[3]] = 0.9
    # The other chain's carbon gets more attention than the right one.
    weights[carbon, places[0]], weights[carbon, places[2]] = 0.5, 0.4
    weights[places[2], carbon] = 0.05
    assert from_products(reaction, weights)[0].tolist() == [0.5, 0, 0.4, 0]
    both = both_ways(reaction, weights)
    assert both[0].tolist() == pytest.approx([0.5, 0, 0.45, 0])
    assert both.argmax(1).tolist() == [0, 3]
    assert guided_map(reaction, both).tolist() == [2, 3]
    weights[nitrogen] = 0
    assert guided_map(reaction, both_ways(reaction, weights)).tolist() == [0, -1]


def test_maps_name_atoms_of_one_element():
    for known in yaml.safe_load((FOLDER / "reactions.yaml").read_text()):
        reaction, found = read_reaction(known["reads"]), np.array(known["map"])
        mapped = found >= 0
        assert len(found) == reaction.products
        assert reaction.same_element()[mapped, found[mapped]].all()
        assert len(set(found[mapped].tolist())) == mapped.sum()


@packaged
def test_the_packages_own_maps(in_small):
    rows, page = in_small("rxnmapper", "reactions=[4]")
    guided = [row for row in rows if row.get("reading") == "RXNMapper's algorithm"]
    assert [row["equal"] and row["published"] for row in guided] == [True]
    assert len([row for row in rows if row["what"] == "head"]) == 96
    assert "| share of reactions whose map is the package's own | 1 | 1 |" in page
    assert "| 10.5 | 4 of 5 |" in page
