"""How important each word is: to the model's answer, and by its attention.

To the answer: what becomes of the probability of the right number when the word is blanked out, and
the gradient by its embedding (Abnar and Zuidema 2020, section 4). By attention: the row of the
hidden verb, in each layer alone, rolled out or as a flow up to it.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import torch

from causattn.attention import document_attention
from causattn.models import Encoding, LanguageModel, encode_texts, predict_tokens, single_tokens
from causattn.models import take as take_documents

from .sentences import UNKNOWN, VERBS, Sentence

ATTENTION = ("raw attention", "rollout", "flow")
REFERENCES = ("blank-out", "input gradient")

# Flows are found in units of 2^-28; below this, equal ones differ by rounding alone.
_FLOW_DIGITS = 6


def hide_verbs(model: LanguageModel, sentences: list[Sentence]) -> Encoding:
    """Return the sentences with their verbs hidden; a token's position is its word's place."""
    mask = str(model.tokenizer.mask_token)
    return encode_texts(model, [" ".join(sentence.hidden(mask)) for sentence in sentences])


def right_probability(model: LanguageModel, sentences: list[Sentence]) -> np.ndarray:
    """Return the probability of the right verb, of the two, float64 [n]."""
    return _right(model, hide_verbs(model, sentences), sentences)


def blank_out(model: LanguageModel, sentence: Sentence) -> np.ndarray:
    """Return how far the right number's probability moves as each word is blanked out.

    Returns
    -------
    ndarray
        float64 [T], absolute values; 0 at the verb, which is hidden throughout.
    """
    copies = [sentence] * (len(sentence.words) + 1)
    places = np.delete(np.arange(len(sentence.words)), sentence.verb)
    encoding = hide_verbs(model, copies).replaced(
        places, places, np.array(model.tokenizer.convert_tokens_to_ids(UNKNOWN))
    )
    right = _right(model, encoding, copies)
    found: np.ndarray = np.abs(right[-1] - right[:-1])
    found[sentence.verb] = 0.0
    return found


def input_gradient(model: LanguageModel, sentence: Sentence) -> np.ndarray:
    """Return the length of the gradient of the right number's logit by each word's embedding.

    The logit is that of the right verb against the other. The probability's gradient is this times
    one number a sentence, so that words have the same order by both.

    Returns
    -------
    ndarray
        float64 [T].
    """
    encoding = hide_verbs(model, [sentence])
    batch = take_documents(encoding, np.array([0])).to(model.device)
    embeddings = model.network.get_input_embeddings()(batch.input_ids).detach()
    embeddings.requires_grad_(True)
    logits = model.network(inputs_embeds=embeddings, attention_mask=batch.attention_mask).logits
    verbs = logits[0, sentence.verb, single_tokens(model, VERBS)]
    (gradient,) = torch.autograd.grad(
        verbs[int(sentence.plural)] - verbs[int(not sentence.plural)], embeddings
    )
    found: np.ndarray = gradient[0].double().norm(dim=-1).cpu().numpy()
    return found


def attention_importance(model: LanguageModel, sentence: Sentence) -> dict[str, np.ndarray]:
    """Return what the hidden verb's position attends to.

    Returns
    -------
    dict
        For each of `ATTENTION` float64 [L, T]: in layer l, or through the layers up to it, from
        the verb's position there to each word of the sentence.
    """
    mask = str(model.tokenizer.mask_token)
    document = document_attention(model, " ".join(sentence.hidden(mask)))
    depths = range(1, len(document.layers) + 1)
    lower = [replace(document, weights=document.weights[:depth]) for depth in depths]
    return {
        "raw attention": document.weights[:, :, sentence.verb].mean(1, dtype=float),
        "rollout": np.stack([part.rollout()[sentence.verb] for part in lower]),
        "flow": np.stack([part.flow([sentence.verb])[0] for part in lower]).round(_FLOW_DIGITS),
    }


def _right(model: LanguageModel, encoding: Encoding, sentences: list[Sentence]) -> np.ndarray:
    """Return the probability of the right verb, of the two, in documents with it hidden."""
    places = np.array([sentence.verb for sentence in sentences])
    logs = predict_tokens(model, encoding, places, single_tokens(model, VERBS))
    plural = np.array([sentence.plural for sentence in sentences])
    difference = np.where(plural, logs[:, 1] - logs[:, 0], logs[:, 0] - logs[:, 1])
    found: np.ndarray = 1 / (1 + np.exp(-difference))
    return found
