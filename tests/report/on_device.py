"""What the report asks of a model, on a device that is not the processor."""

import numpy as np
import pytest

from causattn.corpora import load_corpus
from causattn.features import build_features
from causattn.models import load_model
from causattn.report.record.paid import paid_by_features


@pytest.mark.parametrize("query", ["masked", "observed"])
def test_what_features_pay_each_other_in_examples(query, both):
    corpus = load_corpus({"kind": "bayesnet", "network": "asia", "documents": 400}, 0)
    model = load_model({"kind": "tiny_mlm", "steps": 1, "width": 16, "heads": 2}, corpus, 0)
    table = build_features({"kind": "slots"}, corpus, model, 0)
    there, here = both(model, lambda m: paid_by_features(m, corpus, table, np.arange(9), query))
    np.testing.assert_allclose(there, here, atol=1e-5)
    assert here.any()
