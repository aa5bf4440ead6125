"""Knowledge as matrices, and contradictions as sentences."""

import numpy as np
import pytest

from causattn.base import ConfigError
from causattn.discovery import Knowledge
from causattn.discovery.knowledge import directed_cycle

NAMES = tuple("abcd")


def edges(matrix: np.ndarray) -> set[str]:
    return {f"{NAMES[i]}>{NAMES[j]}" for i, j in np.argwhere(matrix)}


def test_edges_are_from_row_to_column():
    required, forbidden = Knowledge(required=(("a", "b"),), forbidden=(("c", "d"),)).matrices(NAMES)
    assert edges(required) == {"a>b"}
    assert edges(forbidden) == {"c>d"}


def test_tiers_forbid_the_way_back_only():
    _, forbidden = Knowledge(tiers=(("a", "b"), ("c",))).matrices(NAMES)
    assert edges(forbidden) == {"c>a", "c>b"}


def test_an_order_forbids_what_points_back():
    _, forbidden = Knowledge(order=("b", "a", "d")).matrices(NAMES)
    assert edges(forbidden) == {"a>b", "d>b", "d>a"}


def test_a_configuration_is_read():
    knowledge = Knowledge.from_settings({"required": [["a", "b"]], "tiers": [["a"], ["b", "c"]]})
    assert knowledge == Knowledge(required=(("a", "b"),), tiers=(("a",), ("b", "c")))
    with pytest.raises(ConfigError, match=r"is no edge; write each as \[cause, effect\]"):
        Knowledge.from_settings({"required": [["a", "b", "c"]]})
    with pytest.raises(ConfigError, match="did you mean required"):
        Knowledge.from_settings({"requierd": []})


@pytest.mark.parametrize(
    ("knowledge", "sentence"),
    [
        (Knowledge(required=(("a", "e"),)), "speaks of e, which is no variable"),
        (Knowledge(required=(("a", "a"),)), "from a to itself"),
        (Knowledge(required=(("a", "b"),), forbidden=(("a", "b"),)), "required and forbidden"),
        (Knowledge(required=(("a", "b"), ("b", "a"))), "so is the other way round"),
        (
            Knowledge(required=(("a", "b"), ("b", "c"), ("c", "a"), ("d", "a"))),
            "cycle a -> b -> c -> a",
        ),
        (Knowledge(required=(("c", "a"),), tiers=(("a",), ("c",))), "tiers put a before c"),
        (Knowledge(required=(("c", "a"),), order=("a", "c")), "the order puts a before c"),
        (Knowledge(tiers=(("a",), ("a", "b"))), "a twice in its tiers"),
        (Knowledge(order=("a", "b", "a")), "a twice in its order"),
    ],
)
def test_contradictions_are_sentences(knowledge, sentence):
    with pytest.raises(ConfigError, match=sentence):
        knowledge.matrices(NAMES)


def test_cycles_are_found_behind_tails():
    def arrows(*pairs):
        matrix = np.zeros((5, 5), dtype=bool)
        matrix[tuple(np.transpose(pairs))] = True
        return matrix

    assert directed_cycle(arrows((0, 1), (1, 2), (2, 3))) == []
    assert directed_cycle(arrows((0, 1), (1, 2), (2, 1), (2, 4))) in ([1, 2, 1], [2, 1, 2])
