"""What a corpus refuses."""

import numpy as np
import pytest

from causattn.base import DataError
from causattn.corpora import Corpus, Mentions


def test_too_few_documents():
    with pytest.raises(DataError, match=r"has 1 document; .* at least 2"):
        Corpus(name="one", texts=["a"])


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"outcome": np.zeros(3)}, "3 rows of outcome"),
        ({"variables": ("x",)}, "values of shape None"),
        ({"variables": ("x",), "values": np.zeros((2, 2))}, r"shape \(2, 2\)"),
        ({"variables": ("x",), "values": np.zeros((2, 1))}, "0 entries of categories"),
        ({"mentions": Mentions([0], [0], [0], [1])}, "mentions of documents or variables"),
        (
            {
                "variables": ("x",),
                "values": np.zeros((2, 1)),
                "categories": (None,),
                "mentions": Mentions([0], [0], [0], [4]),
            },
            "reach beyond their documents",
        ),
    ],
)
def test_parts_that_do_not_fit(settings, said):
    with pytest.raises(DataError, match=said):
        Corpus(name="odd", texts=["abc", "def"], **settings)


def test_mentions_are_sorted_by_document_and_start():
    mentions = Mentions([1, 0, 1], [0, 1, 1], [5, 2, 0], [6, 3, 1])
    assert mentions.document.tolist() == [0, 1, 1]
    assert mentions.start.tolist() == [2, 0, 5]
    assert mentions.variable.tolist() == [1, 1, 0]
    assert mentions.of_documents(3).tolist() == [0, 1, 3, 3]


def test_mentions_of_what_has_no_new_number_are_left_out():
    mentions = Mentions([0, 1, 1, 2], [0, 0, 1, 1], [0, 1, 2, 3], [1, 2, 3, 4])
    rows = mentions.renumbered(documents=np.array([-1, 1, 0]))
    assert rows.document.tolist() == [0, 1, 1]
    assert rows.start.tolist() == [3, 1, 2]
    both = mentions.renumbered(np.array([-1, 1, 0]), np.array([-1, 0]))
    assert both.variable.tolist() == [0, 0]
    assert both.start.tolist() == [3, 2]
    assert mentions.renumbered().end.tolist() == [1, 2, 3, 4]
