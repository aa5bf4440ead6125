"""A bag-of-words classifier: every figure of an explanation can be worked out by hand."""

import numpy as np
import pytest
import torch
from tokenizers import Tokenizer, pre_tokenizers
from tokenizers.models import WordLevel
from transformers import PretrainedConfig, PreTrainedModel, PreTrainedTokenizerFast
from transformers.modeling_outputs import SequenceClassifierOutput

from causattn.models import LanguageModel

WEIGHTS = {"[MASK]": 0.25, "good": 2.0, "bad": -1.5, "so": 0.5, "the": 0.0, "fine": 1.0}
BIAS = -0.75


class BagConfig(PretrainedConfig):
    model_type = "bag"


class Bag(PreTrainedModel):
    """Class yes has the logit bias + sum of the words' weights; class no has 0."""

    config_class = BagConfig

    def __init__(self, config: BagConfig, table: torch.Tensor) -> None:
        super().__init__(config)
        self.table = torch.nn.Embedding.from_pretrained(table.clone(), freeze=False)

    def get_input_embeddings(self):
        return self.table

    def forward(self, input_ids, attention_mask):
        embedded = self.table(input_ids) * attention_mask[..., None]
        yes = embedded.sum((1, 2)) + BIAS
        return SequenceClassifierOutput(logits=torch.stack([torch.zeros_like(yes), yes], 1))


@pytest.fixture(scope="session")
def weights():
    return WEIGHTS


@pytest.fixture(scope="session")
def bias():
    return BIAS


@pytest.fixture(scope="session")
def bag():
    names = ["[PAD]", "[UNK]", *WEIGHTS]
    core = Tokenizer(WordLevel({name: k for k, name in enumerate(names)}, unk_token="[UNK]"))
    core.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=core, pad_token="[PAD]", unk_token="[UNK]", mask_token="[MASK]"
    )
    # Two entries a word, which add up to its weight.
    table = np.array([[0.3, WEIGHTS.get(name, 0.0) - 0.3] for name in names])
    config = BagConfig(id2label={0: "no", 1: "yes"}, label2id={"no": 0, "yes": 1}, pad_token_id=0)
    network = Bag(config, torch.from_numpy(table)).double().eval()
    return LanguageModel("bag", network, tokenizer, "classifier")
