"""The graph of a masked model: its mask token stands where the answer is read."""

import pytest
import torch
from tokenizers.models import WordLevel
from transformers import BertForMaskedLM

import causattn
from causattn.base import CapabilityError, DataError
from causattn.circuits import CircuitTask, HeadsSettings, find_circuit, prompt_cases
from causattn.circuits.registry import PATH_SCREENS
from causattn.circuits.screens.alti import _streams
from causattn.corpora import load_corpus
from tests.small_models import SPECIAL, small_bert, small_modernbert, whole_words

SETTINGS = HeadsSettings(finding=6, trying=6, paths=20, bootstrap=5)


@pytest.fixture(scope="module")
def corpus():
    return load_corpus({"kind": "indirect_object", "documents": 12}, 3)


@pytest.fixture(scope="module")
def tokenizer(corpus):
    texts = [*corpus.texts, *corpus.metadata["counterpart"]]
    words = sorted(
        {word for text in texts for word in text.split()} | set(corpus.metadata["wrong"])
    )
    return whole_words(WordLevel({w: k for k, w in enumerate([*SPECIAL, *words])}, "[UNK]"))


def bert(tokenizer):
    torch.manual_seed(1)
    network = BertForMaskedLM(small_bert(tokenizer, num_hidden_layers=2)).eval()
    with torch.no_grad():
        for parameter in network.parameters():
            parameter += 0.2 * torch.randn_like(parameter)
    return network


@pytest.fixture(scope="module", params=["bert", "modernbert"])
def model(request: pytest.FixtureRequest, tokenizer):
    made = bert(tokenizer) if request.param == "bert" else small_modernbert(len(tokenizer), 1)
    return causattn.load_model(made, tokenizer)


def test_a_mask_stands_in_the_answers_place_in_document_and_counterpart(model, corpus) -> None:
    cases, _ = prompt_cases(model, corpus, SETTINGS)
    mask = model.tokenizer.mask_token_id
    for case in cases:
        for k, (document, ids) in enumerate(zip(case.documents, case.ids, strict=True)):
            text = corpus.texts[document].rsplit(" ", 1)[0]
            assert model.tokenizer.decode(ids) == f"[CLS] {text} [MASK] [SEP]"
            at = int(case.paths.at[k, 0])
            assert ids[at] == mask
            right, wrong = (
                model.tokenizer.convert_tokens_to_ids(corpus.metadata[side][document])
                for side in ("right", "wrong")
            )
            with torch.no_grad():
                logits = model.network(input_ids=ids[None]).logits[0, at]
            read = case.metric(case.paths.run().logits)[k]
            assert float(read) == pytest.approx(float(logits[right] - logits[wrong]), abs=1e-4)
            counterpart = f"{corpus.metadata['counterpart'][document]} [MASK]"
            other = torch.tensor([model.tokenizer(counterpart)["input_ids"]])
            with torch.no_grad():
                theirs = model.network(input_ids=other).logits[0, at]
            there = case.metric(case.paths.run(case.paths.possible, case.other).logits)[k]
            expected = float(theirs[right] - theirs[wrong])
            assert float(there) == pytest.approx(expected, abs=1e-3)


def test_its_graph_is_found_and_tried(model, corpus) -> None:
    found = find_circuit(
        {"kind": "heads", **vars(SETTINGS), "counts": [1, 10, 1000]}, model, corpus, 0
    )
    assert found.pairs["kept"].any()
    curve = found.curves[found.curves["screen"] == "attribution"]
    # With all paths left, all of the answer is.
    assert curve["faithfulness"].iloc[-1] == pytest.approx(1, abs=1e-3)
    weights = next(iter(found.examples["heads"].values()))[0]["weights"]
    assert len(weights[0]) == len(weights)  # an encoder sees what is behind, too


def test_every_screen_ranks_its_paths(model, corpus) -> None:
    cases, _ = prompt_cases(model, corpus, SETTINGS)
    task = CircuitTask(model, cases, SETTINGS, 0)
    for name in PATH_SCREENS:
        scores = PATH_SCREENS[name].scores(task)
        assert torch.isfinite(scores).all(), name
        assert (scores[:, ~cases[0].paths.possible] == 0).all(), name
        assert scores.abs().max() > 0, name


def test_what_senders_have_in_the_stream_adds_up_to_it(tokenizer, corpus) -> None:
    network = bert(tokenizer)
    with torch.no_grad():
        for name, parameter in network.named_parameters():
            if name.endswith("bias") and ".layer." in name:
                parameter.zero_()
    model = causattn.load_model(network, tokenizer)
    (case, *_), _ = prompt_cases(model, corpus, SETTINGS)
    streams = [case.paths.start, *(step.normed for step in case.paths.added)]
    for parts, stream in zip(_streams(case.paths), streams, strict=True):
        torch.testing.assert_close(parts.sum(0), stream, atol=1e-4, rtol=1e-3)


def test_bad_input_is_said_in_a_sentence(tokenizer, corpus, tmp_path) -> None:
    path = tmp_path / "prompts.csv"
    path.write_text("text,right,wrong\n" + "a [MASK] b [MASK],Mary,John\n" * 4)
    prompts = load_corpus({"kind": "file", "path": str(path)}, 0)
    model = causattn.load_model(bert(tokenizer), tokenizer)
    settings = HeadsSettings(finding=2, trying=2, patch="resample")
    with pytest.raises(DataError, match=r"has 2 places marked \[MASK\]"):
        prompt_cases(model, prompts, settings)
    reviews = load_corpus({"kind": "scm", "documents": 40}, 0)
    classifier = causattn.load_model("tiny_classifier", reviews)
    with pytest.raises(CapabilityError, match="predicts no tokens"):
        prompt_cases(classifier, corpus, SETTINGS)
