"""Recurrent models, in small: perplexities and importances are there and in range."""


def test_models_are_measured_and_shown(in_small):
    rows, page = in_small("recurrent")
    plain, attending = rows
    assert plain["perplexity_held_out"] > 1
    assert "attention" not in plain["importance"]["explainers"]
    assert "attention" in attending["importance"]["explainers"]
    for row in rows:
        for key in ("importance", "untrained"):
            assert 0 <= row[key]["accuracy"] <= 1
            for figures in row[key]["explainers"].values():
                assert 0 <= figures["subject_first"] <= 1
                assert -1 <= figures["correlation"] <= 1
    assert "## Whose importance is right" in page
    assert "| LSTM, additive attention |" in page
