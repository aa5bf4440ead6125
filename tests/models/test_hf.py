import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from transformers import (
    BertForSequenceClassification,
    BertModel,
    CanineConfig,
    CanineModel,
    CLIPConfig,
    EncoderDecoderConfig,
    EncoderDecoderModel,
    LlavaConfig,
    Mistral3Config,
    PreTrainedModel,
    T5Config,
    T5Model,
)

from causattn.base import CapabilityError, ConfigError, DataError, ModelError
from causattn.corpora import Corpus
from causattn.models import (
    LanguageModel,
    encode_texts,
    load_model,
    model_checksums,
    predict_labels,
    write_model,
)
from tests.models.conftest import TEXTS, bert, gpt2
from tests.small_models import small_bert, word_pieces

PLAIN = Corpus("plain", TEXTS)


def saved(model: LanguageModel, folder: Path) -> str:
    model.network.save_pretrained(folder)
    model.tokenizer.save_pretrained(folder)
    return str(folder)


def hf(path: str, corpus: Corpus = PLAIN, **settings: object) -> LanguageModel:
    return load_model({"kind": "hf", "path": path, **settings}, corpus, 0)


def labelled(classes: tuple[str, ...] | None) -> Corpus:
    rng = np.random.default_rng(0)
    good = rng.integers(0, 2, 80)
    texts = [f"the food was {'great' if k else 'slow'}" for k in good]
    outcome = good.astype(float) if classes else 100.0 + 20 * good
    outcome[:3] = np.nan
    return Corpus("labelled", texts, outcome=outcome, outcome_classes=classes)


def test_a_folder_gives_its_own_outputs_in_float32(model: LanguageModel, tmp_path: Path) -> None:
    model.network.to(torch.bfloat16)
    found = hf(saved(model, tmp_path / "net"))
    assert found.task == model.task
    assert found.name == "net"
    assert {weight.dtype for weight in found.network.parameters()} == {torch.float32}
    assert not found.network.training
    assert (encode_texts(found, TEXTS).ids == encode_texts(model, TEXTS).ids).all()
    as_stored = hf(str(tmp_path / "net"), dtype="auto")
    assert {weight.dtype for weight in as_stored.network.parameters()} == {torch.bfloat16}


@pytest.mark.parametrize("task", ["masked", "encoder"])
def test_the_task_can_be_chosen(task: str, tmp_path: Path) -> None:
    assert hf(saved(bert(), tmp_path / "net"), task=task).task == task


def test_a_classifier_is_trained_on_labels(tmp_path: Path) -> None:
    path = saved(bert(), tmp_path / "net")
    corpus = labelled(("bad", "good"))
    settings = {"train_classifier": True, "epochs": 8, "batch": 8, "learning_rate": 5e-3}
    model = hf(path, corpus, **settings)
    assert model.task == "classifier"
    assert model.network.config.id2label == {0: "bad", 1: "good"}
    assert model.about["documents"] == 77
    assert model.about["accuracy_held_out"] == 1.0
    assert all(weight.requires_grad for weight in model.network.parameters())
    again = hf(path, corpus, **settings)
    told = predict_labels(model, encode_texts(model, corpus.texts))
    assert (told == predict_labels(again, encode_texts(again, corpus.texts))).all()


def test_only_the_head_learns_where_asked(tmp_path: Path) -> None:
    before = bert()
    path = saved(before, tmp_path / "net")
    model = hf(path, labelled(("bad", "good")), train_classifier=True, train="head", epochs=1)
    theirs = dict(before.network.named_parameters())
    for name, weight in model.network.named_parameters():
        if name.startswith("bert.encoder") or name.startswith("bert.embeddings"):
            assert torch.equal(weight, theirs[name])


def test_numbers_are_learned_in_their_own_units(tmp_path: Path) -> None:
    corpus = labelled(None)
    path = saved(bert(), tmp_path / "net")
    settings = {"train_classifier": True, "epochs": 15, "batch": 8, "learning_rate": 5e-3}
    model = hf(path, corpus, **settings)
    assert model.about["r2_held_out"] > 0.9
    told = predict_labels(model, encode_texts(model, corpus.texts))[:, 0]
    known = ~np.isnan(corpus.outcome)
    assert np.abs(told - corpus.outcome)[known].mean() < 4


def test_causal_classifiers_learn_classes_but_no_numbers(tmp_path: Path) -> None:
    path = saved(gpt2(), tmp_path / "net")
    settings = {"train_classifier": True, "epochs": 10, "batch": 8, "learning_rate": 1e-2}
    model = hf(path, labelled(("bad", "good")), **settings)
    assert model.about["accuracy_held_out"] == 1.0
    write_model(model, tmp_path / "kept")
    with pytest.raises(CapabilityError, match="cannot learn a number"):
        hf(path, labelled(None), **settings)


def test_labels_that_cannot_be_learned_are_said(tmp_path: Path) -> None:
    path = saved(bert(), tmp_path / "net")
    with pytest.raises(DataError, match="Corpus plain has no labels"):
        hf(path, train_classifier=True)
    constant = Corpus("one", TEXTS, outcome=np.ones(6), outcome_classes=("a", "b"))
    with pytest.raises(DataError, match="do not differ"):
        hf(path, constant, train_classifier=True)


def test_what_cannot_be_read_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    whole = tmp_path / "whole"
    saved(bert(), whole)

    def broken(name: str, *left_out: str, **changed: bytes) -> str:
        folder = tmp_path / name
        folder.mkdir()
        for path in whole.iterdir():
            if path.name not in left_out:
                (folder / path.name).write_bytes(changed.get(path.stem, path.read_bytes()))
        return str(folder)

    config = json.loads((whole / "config.json").read_text())
    foreign = json.dumps(
        {**config, "model_type": "own", "auto_map": {"AutoConfig": "own.Config"}}
    ).encode()
    for path, sentence in [
        (str(tmp_path / "nowhere"), r"There is no model folder .*nowhere; check model.path"),
        (str(tmp_path / "empty"), r"has no config.json; give a folder"),
        ("nobody/no-such-model", r"HF_HUB_OFFLINE is set"),
        (broken("no weights", "model.safetensors"), r"weights of model .*model.safetensors"),
        (broken("cut", model=b"\x10\x00"), r"The weights of model .* cannot be read"),
        (broken("json", config=b"{"), r"The configuration of model .* sound config.json"),
        (broken("foreign", config=foreign), r"code of its own, which causattn never runs"),
        (broken("no tokenizer", "tokenizer.json", "tokenizer_config.json"), r"tokenizer"),
    ]:
        with pytest.raises(ModelError, match=sentence) as raised:
            hf(path)
        assert "\n" not in str(raised.value)


def test_quantised_weights_whose_library_is_not_there_are_said(tmp_path: Path) -> None:
    folder = Path(saved(gpt2(), tmp_path / "model"))
    known = json.loads((folder / "config.json").read_text())
    known["quantization_config"] = {"quant_method": "awq", "bits": 4}
    (folder / "config.json").write_text(json.dumps(known))
    with pytest.raises(ModelError, match=r"quantised \(.*take the same model in float32"):
        load_model({"kind": "hf", "path": str(folder)}, PLAIN, 0)


def test_pickled_weights_are_not_read(tmp_path: Path) -> None:
    model = bert()
    path = Path(saved(model, tmp_path / "net"))
    (path / "model.safetensors").unlink()
    torch.save(model.network.state_dict(), path / "pytorch_model.bin")
    with pytest.raises(ModelError, match=r"model\.safetensors"):
        hf(str(path))


def test_missing_heads_are_refused_not_invented(tmp_path: Path) -> None:
    bare = bert()
    body = LanguageModel("body", BertModel(bare.network.config), bare.tokenizer, "encoder")
    path = saved(body, tmp_path / "net")
    assert hf(path).task == "encoder"
    with pytest.raises(ModelError, match=r"lacks .* weights that task masked needs"):
        hf(path, task="masked")
    with pytest.raises(ModelError, match=r"model\.train_classifier=true"):
        hf(path, task="classifier")


def test_two_models_put_together_are_an_encoder_with_a_decoder(tmp_path: Path) -> None:
    model = bert()
    network = EncoderDecoderModel(
        EncoderDecoderConfig.from_encoder_decoder_configs(*[model.network.config] * 2)
    )
    path = saved(replace(model, network=network), tmp_path / "net")
    found = hf(path)
    assert found.task == "encoder"
    assert found.network.config.is_encoder_decoder
    for name, weight in network.state_dict().items():
        torch.testing.assert_close(found.network.state_dict()[name], weight)


def test_a_tokenizer_of_another_model_is_refused(tmp_path: Path) -> None:
    model = bert()
    path = saved(model, tmp_path / "net")
    gpt2().tokenizer.save_pretrained(path)
    with pytest.raises(ModelError, match="embeddings; take the tokenizer that belongs"):
        hf(path)


def test_weights_that_are_not_numbers_are_refused(tmp_path: Path) -> None:
    model = bert(BertForSequenceClassification, num_labels=2)
    with torch.no_grad():
        model.network.classifier.weight[0, 0] = float("nan")
    with pytest.raises(ModelError, match=r"Weight classifier\.weight .* holds NaN"):
        hf(saved(model, tmp_path / "net"))


def test_the_checksum_follows_the_folders_files(tmp_path: Path) -> None:
    path = saved(bert(), tmp_path / "net")
    settings = {"kind": "hf", "path": path}
    before = model_checksums(settings)
    assert set(before) >= {"model.safetensors", "config.json", "tokenizer.json"}
    (tmp_path / "net" / "config.json").write_text("{}")
    after = model_checksums(settings)
    assert {name for name in before if before[name] != after[name]} == {"config.json"}
    assert model_checksums({"kind": "tiny_mlm"}) == {}


def test_encoders_with_a_decoder_predict_nothing(tmp_path: Path) -> None:
    T5Config(vocab_size=10, d_model=8, d_kv=4, num_heads=2, num_layers=1).save_pretrained(tmp_path)
    for settings in ({"task": "causal"}, {"train_classifier": True}):
        with pytest.raises(ModelError, match="encoder with a decoder"):
            hf(str(tmp_path), **settings)


@pytest.mark.parametrize("kind", [LlavaConfig, Mistral3Config, CLIPConfig])
def test_a_family_without_the_head_that_is_asked_for(kind, tmp_path: Path) -> None:
    kind().save_pretrained(tmp_path)
    word_pieces(["the food was slow"] * 3).save_pretrained(tmp_path)
    with pytest.raises(ModelError, match=r"no ModelForCausalLM of; use model\.task=encoder"):
        hf(str(tmp_path), task="causal")


def test_a_model_of_characters_has_no_embeddings_to_compare_with(tmp_path: Path) -> None:
    small = CanineConfig(
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=16,
        num_hash_buckets=16,
    )
    CanineModel(small).save_pretrained(tmp_path)
    word_pieces(["the food was slow"] * 3).save_pretrained(tmp_path)
    assert hf(str(tmp_path), task="encoder").network.config.model_type == "canine"


def test_settings_that_exclude_each_other_are_named(tmp_path: Path) -> None:
    for wrong, named in [
        ({"train_classifier": True, "task": "masked"}, "exclude each other"),
        ({"train_classifier": True, "dtype": "float16"}, "not trained in float16"),
        ({"dtype": "int8"}, "model.dtype"),
        ({"epochs": 0}, "model.epochs"),
    ]:
        with pytest.raises(ConfigError, match=named):
            hf(str(tmp_path), **wrong)
    if not torch.cuda.is_available():
        with pytest.raises(ConfigError, match="torch sees no such device"):
            hf(str(tmp_path), device="cuda")


def test_folders_that_are_almost_models(tmp_path):
    """An adapter, a SentencePiece file alone, flash attention that is not there."""

    texts = ["the food was slow"] * 3
    tokenizer = word_pieces(texts)
    network = BertModel(small_bert(tokenizer))

    def folder(name: str, network: PreTrainedModel = network) -> str:
        network.save_pretrained(tmp_path / name)
        return str(tmp_path / name)

    adapter = tmp_path / "adapter"
    adapter.mkdir()
    (adapter / "adapter_config.json").write_text('{"peft_type": "LORA"}')
    small = T5Config(vocab_size=40, d_model=16, d_kv=8, d_ff=16, num_layers=1, num_heads=2)
    pieces = folder("pieces", T5Model(small))
    (tmp_path / "pieces" / "spiece.model").write_bytes(b"\n\x05hello")
    flash = folder("flash")
    tokenizer.save_pretrained(flash)
    config = json.loads((tmp_path / "flash" / "config.json").read_text())
    config["attn_implementation"] = config["_attn_implementation"] = "flash_attention_2"
    (tmp_path / "flash" / "config.json").write_text(json.dumps(config))
    for path, sentence in (
        (str(adapter), "holds an adapter and not a model; merge it"),
        (pieces, "has a SentencePiece file alone"),
        (flash, "asks for flash attention, which is not installed; set attn_implementation"),
    ):
        with pytest.raises(ModelError, match=sentence):
            load_model({"kind": "hf", "path": path}, Corpus("c", texts), 0)


def test_half_a_character_is_named(tmp_path):

    texts = ["the food", "was \ud83d slow"]
    tokenizer = word_pieces(texts[:1])
    network = BertModel(small_bert(tokenizer))
    model = LanguageModel("bert", network, tokenizer, "encoder")
    with pytest.raises(
        DataError, match=r"Document 1 holds half a character .*U\+D83D.* position 4"
    ):
        encode_texts(model, texts)
