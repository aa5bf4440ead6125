"""What a model reads must carry every feature but those beside the texts."""

import numpy as np
import pytest

from causattn.base import DataError
from causattn.corpora import load_corpus
from causattn.features import build_features, check_carried


def test_what_is_missing_is_named_and_metadata_need_no_token():
    corpus = load_corpus({"kind": "bayesnet", "network": "asia", "documents": 300}, 0)
    wanted = {"kind": "words", "include": ["yes"], "max_share": 1.0, "metadata": ["smoke"]}
    table = build_features(
        {**wanted, "function_words": "keep", "collinear": "drop", "exclude": ["smoke"]}, corpus
    )
    seen = np.ones(table.size, dtype=bool)
    seen[list(table.metadata)] = False
    check_carried(table, seen, 300, "attention")
    seen[0] = False
    with pytest.raises(DataError, match=rf"\({table.names[0]}\) are carried .* summarised,"):
        check_carried(table, seen, 300, "attention")
    with pytest.raises(DataError, match=r"explain more documents \(attribution.documents\)"):
        check_carried(table, seen, 300, "attribution")
