"""A model and a sentence from Python, in three lines a task."""

from pathlib import Path

import numpy as np
import pytest
import torch
from transformers import BertForSequenceClassification

import causattn
from causattn.base import ConfigError, DataError, ModelError
from causattn.cli import draw_look
from tests.small_models import small_bert, word_pieces

TEXTS = ["the food was great", "菜很好吃 but slow"]


@pytest.fixture(scope="module")
def parts():
    torch.manual_seed(0)
    tokenizer = word_pieces(TEXTS, 120)
    return BertForSequenceClassification(small_bert(tokenizer)), tokenizer


def test_a_network_and_its_tokenizer_are_a_model(parts, tmp_path):
    network, tokenizer = parts
    model = causattn.load_model(network, tokenizer)
    assert model.task == "classifier"
    found = causattn.explain(model, TEXTS[1], "occlusion")
    assert found.text == TEXTS[1]
    assert found.to_frame()["word"].tolist() == ["菜", "很", "好", "吃", "but", "slow"]
    several = causattn.explain(model, TEXTS, "lime", samples=20)
    assert [each.text for each in several] == TEXTS
    network.save_pretrained(tmp_path / "saved")
    tokenizer.save_pretrained(tmp_path / "saved")
    again = causattn.explain(causattn.load_model(tmp_path / "saved"), TEXTS[1], "occlusion")
    np.testing.assert_allclose(again.score, found.score, atol=1e-5)
    with pytest.raises(ModelError, match="brings its own tokenizer"):
        causattn.load_model(tmp_path / "saved", tokenizer)


def test_an_explanation_shows_itself(parts, capsys):
    found = causattn.explain(causattn.load_model(*parts), "great <b> food", "occlusion")
    shown = found._repr_html_()
    assert shown.count("<span title=") == 5  # <, b and > are words of their own
    assert "<b>" not in shown
    assert "occlusion: logit of class" in shown
    found.show()
    out = capsys.readouterr().out
    assert "explained: logit of class" in out
    assert "great" in out


def test_look_gives_a_view(parts, tmp_path):
    model = causattn.load_model(*parts)
    page = causattn.look(TEXTS[1], model, swap="好:难", explainers="occlusion")
    assert "iframe" in page._repr_html_()
    assert "菜很难吃" in page.write(tmp_path / "look.html").read_text(encoding="utf-8")
    lines = tmp_path / "lines.txt"
    lines.write_text("\n".join(TEXTS), encoding="utf-8")
    whole = causattn.look(lines, model, explainers=["occlusion"])
    assert all(text in whole.html for text in TEXTS)
    with pytest.raises(ConfigError, match="There is no file"):
        causattn.look(Path("nowhere.txt"), model)


def test_what_cannot_be_looked_at_is_a_sentence(parts):
    model = causattn.load_model(*parts)
    with pytest.raises(DataError, match="no text to look at"):
        causattn.look([], model)
    with pytest.raises(DataError, match="Text 2 of 2 is empty"):
        causattn.look([TEXTS[0], " "], model)
    for texts in (TEXTS[0], TEXTS):
        with pytest.raises(ConfigError, match="is for a file"):
            causattn.look(texts, model, text="review")


def test_a_run_gives_back_what_it_was_made_from(tmp_path):
    run = causattn.run(
        "experiment=quick", f"paths.runs={tmp_path}/runs", f"paths.cache={tmp_path}/cache",
        "effects=none",
    )  # fmt: skip
    assert run.features.names == run.graph.names
    assert len(run.corpus) == run.summary["corpus"]["documents"]
    assert causattn.look(run.corpus.texts[0], run.folder, explainers="occlusion").html.count(
        '"method":"occlusion"'
    )
    with pytest.raises(ConfigError, match=r"model\.long_text cannot be set"):
        draw_look("a text", run.folder, model_settings={"long_text": "truncate"})
    assert run.to_frame().equals(run.evidence)
    assert "iframe" in run._repr_html_()
