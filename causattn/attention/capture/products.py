"""Query and key of attention that a model writes out in place, caught where they are multiplied.

Every family names and cuts its projections in its own way (one fused map in BLOOM, turned heads in
GPT-J, axes the other way round in XLNet). What they have in common is that a product of two
tensors becomes scores, and a softmax of the scores becomes the weights. So the products are caught
on their way, whatever function the model calls (PyTorch's `TorchFunctionMode`), and the scale is
the derivative of the scores by the product:

    scores = scaling * query key' + rest

`rest` holds all else that the model adds: relative positions (DeBERTa's position-to-content and
content-to-position terms, XLNet's), ALiBi, masks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from torch.overrides import TorchFunctionMode

from causattn.attention.capture.layer import Vectors
from causattn.base import ModelError

_SAME = 1e-4
"""Most that the derivative may differ over a product's entries, as a share of itself."""

Factors = tuple[torch.Tensor, torch.Tensor, Callable[[torch.Tensor], torch.Tensor]]
"""What a call multiplies, query [.., Q, d] by key [.., K, d], and what it makes of the product."""


@dataclass(frozen=True, eq=False)
class _Product:
    """A product that was caught: query [.., Q, d], key [.., K, d], and their product as a leaf."""

    query: torch.Tensor
    key: torch.Tensor
    leaf: torch.Tensor


@dataclass(frozen=True, eq=False)
class _Softmax:
    """Scores that became weights, and the product in them, by what it is multiplied."""

    weights: torch.Tensor
    scores: torch.Tensor
    product: _Product
    scaling: float

    def vectors(self, shape: torch.Size) -> Vectors:
        """Return query and key by document and head, and what else is in the scores."""
        query, key = (_by_head(each, shape[:2]) for each in (self.product.query, self.product.key))
        scores, product = (
            each.reshape(shape).float() for each in (self.scores, self.product.leaf.detach())
        )
        return Vectors(query, key, self.scaling, scores - self.scaling * product)


class Products(TorchFunctionMode):
    """Catches the products and softmaxes of a forward pass that runs inside ``with``.

    The pass has to run with gradients enabled; no parameter gets any.
    """

    def __init__(self) -> None:
        super().__init__()
        self._products: list[_Product] = []
        self._found: list[_Softmax] = []

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Iterable[type],
        args: tuple[Any, ...] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        """Call a function of PyTorch; keep what it multiplied, or made weights of."""
        kwargs = dict(kwargs or {})
        name = getattr(func, "__name__", "")
        if name == "softmax":
            return self._softmax(func, args, kwargs)
        factors = _FACTORS[name](*args, **kwargs) if name in _FACTORS else None
        if factors is None:
            return func(*args, **kwargs)
        query, key, finish = factors
        query, key = query.detach(), key.detach()
        product = _Product(query, key, (query @ key.transpose(-1, -2)).requires_grad_())
        self._products.append(product)
        # A copy, since a model may change its scores in place.
        return finish(product.leaf.clone())

    def vectors_of(self, weights: torch.Tensor) -> Vectors:
        """Return the vectors behind weights [B, H, Q, K] that were made inside the block.

        Raises
        ------
        ModelError
            Where no product was seen to become these weights.
        """
        for softmax in self._found:
            made = softmax.weights
            if made.numel() == weights.numel() and torch.equal(
                made.reshape(weights.shape).float(), weights.float()
            ):
                self._found.remove(softmax)
                return softmax.vectors(weights.shape)
        raise ModelError(
            "This model's attention weights are no softmax of a multiple of query times key plus "
            "something else, so that its vectors are unknown; leave vectors out."
        )

    def _softmax(
        self, func: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> torch.Tensor:
        """Make weights of scores; keep them with the one product since the last that is in them."""
        scores: torch.Tensor = args[0] if args else kwargs["input"]
        products, self._products = self._products, []
        with torch.no_grad():
            rest = (scores.detach(), *args[1:]) if args else ()
            weights: torch.Tensor = func(*rest, **kwargs)
        for product in products if scores.requires_grad else ():
            if (scaling := _scaling(scores, product.leaf)) is not None:
                self._found.append(_Softmax(weights, scores.detach(), product, scaling))
                break
        return weights


@contextmanager
def watched(products: Products | None) -> Iterator[None]:
    """Run a forward pass inside the block for its weights alone, or for what they are made of."""
    if products is None:
        with torch.inference_mode():
            yield
    else:
        with torch.enable_grad(), products:
            yield


def _scaling(scores: torch.Tensor, leaf: torch.Tensor) -> float | None:
    """Return what a product is multiplied by in the scores, None where it is not one number."""
    if leaf.numel() != scores.numel():
        return None
    (slope,) = torch.autograd.grad(scores.sum(), leaf, retain_graph=True, allow_unused=True)
    if slope is None:
        return None
    seen = slope[slope != 0].cpu().double()  # a score that was masked in place has none
    if not seen.numel():
        return None
    middle = float(seen.mean())
    return middle if float((seen - middle).abs().max()) <= _SAME * abs(middle) else None


def _by_head(vectors: torch.Tensor, batch: torch.Size) -> torch.Tensor:
    """Return vectors [.., T, d] as [B, H, T, d]."""
    shape = (*batch, *vectors.shape[-2:])
    # One key may serve all heads.
    return (vectors.expand(shape) if vectors.dim() == 4 else vectors.reshape(shape)).float()


def _matmul(*args: Any, **kwargs: Any) -> Factors | None:
    """Return the factors of a product of two batches of matrices; None for any other."""
    if len(args) != 2 or kwargs or not all(map(_is_batch, args)):
        return None
    return args[0], args[1].transpose(-1, -2), lambda product: product


def _baddbmm(
    added: torch.Tensor,
    batch1: torch.Tensor,
    batch2: torch.Tensor,
    *,
    beta: float = 1.0,
    alpha: float = 1.0,
) -> Factors | None:
    """Return the factors of a product that is scaled and added to something."""
    if not (_is_batch(batch1) and _is_batch(batch2)):
        return None
    return batch1, batch2.transpose(-1, -2), lambda product: beta * added + alpha * product


def _einsum(*args: Any, **kwargs: Any) -> Factors | None:
    """Return the factors of an einsum of four letters out, one of them summed; None for others."""
    if len(args) != 3 or not isinstance(args[0], str):
        return None
    equation, one, other = args
    if "->" not in equation or "." in equation:
        return None
    operands, result = equation.replace(" ", "").split("->")
    left, right = operands.split(",")
    summed = (set(left) & set(right)) - set(result)
    if len(result) != 4 or len(summed) != 1:
        return None
    batch, row, column, inner = result[:2], result[2], result[3], next(iter(summed))
    if set(left) != {*batch, row, inner} or set(right) != {*batch, column, inner}:
        return None
    query = one.permute([left.index(letter) for letter in (*batch, row, inner)])
    key = other.permute([right.index(letter) for letter in (*batch, column, inner)])
    return query, key, lambda product: product


_FACTORS: Mapping[str, Callable[..., Factors | None]] = {
    "matmul": _matmul,
    "__matmul__": _matmul,
    "bmm": _matmul,
    "baddbmm": _baddbmm,
    "einsum": _einsum,
}
"""By a function's name: what recognises its product."""


def _is_batch(value: Any) -> bool:
    """Return whether this is a batch of matrices of numbers."""
    return isinstance(value, torch.Tensor) and value.dim() >= 3 and value.is_floating_point()
