"""Encoders with a decoder, from a folder to sums of each of their attentions."""

import numpy as np
import pytest

from causattn.attention import summarise_attention
from causattn.base import ConfigError
from causattn.models import load_model


@pytest.mark.parametrize("family", ["t5", "bart"])
@pytest.mark.parametrize("stack", [None, "decoder", "cross"])
def test_a_folder_gives_the_sums_of_the_model(
    family, stack, tmp_path, language_model, corpus, features
):
    model = language_model(family, decoder_start_token_id=2)
    model.network.save_pretrained(tmp_path)
    model.tokenizer.save_pretrained(tmp_path)
    loaded = load_model({"kind": "hf", "path": str(tmp_path)}, corpus, 0)
    assert loaded.task == "encoder"
    settings = {"stack": stack, "measures": ["raw", "mean"]}
    found = summarise_attention(settings, loaded, corpus, features, 0)
    expected = summarise_attention(settings, model, corpus, features, 0)
    assert found.about["stack"] == (stack or "encoder")
    assert found.measures["raw"].sum.any()
    np.testing.assert_allclose(found.measures["raw"].sum, expected.measures["raw"].sum, atol=1e-9)
    with pytest.raises(ConfigError, match="needs a masked language model"):
        summarise_attention({"query": "masked"}, loaded, corpus, features, 0)
