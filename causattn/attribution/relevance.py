"""Layer-wise relevance propagation through a transformer: inside, gradients are its coefficients.

AttnLRP, Achtibat et al. (2024), "AttnLRP: attention-aware layer-wise relevance propagation for
transformers". Relevance is handed from what an operation gives to what it takes, in the share that
each part has in it; what a part x gets is x times a coefficient c, and c is what autograd finds
where each operation's derivative is replaced by its rule:

======================  ====================================  ==================================
operation               rule (its place in the paper)         derivative that is used
======================  ====================================  ==================================
sum, linear map         in proportion to the terms            its own
                        (equation 8, epsilon 0)
function of one number  all goes to it (equation 9)           y / x
product of two parts    a half each (propositions 3.2, 3.3)   half of its own
softmax                 first order (proposition 3.1)         its own
norm                    all goes to its input (3.4)           the size held, the mean not
======================  ====================================  ==================================

Rules are by operation and not by family: whatever a network is made of runs through torch's own
functions, and those are what is seen. A part whose weights alone make it is no part of a product.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch.overrides import TorchFunctionMode

from causattn.base import ModelError

_PRODUCTS = {"matmul", "__matmul__", "__rmatmul__", "bmm", "mm", "einsum"}
_PRODUCTS |= {"mul", "__mul__", "__rmul__", "mul_", "__imul__", "multiply"}
_ADDED_PRODUCTS = {"addmm", "baddbmm", "addbmm", "addcmul"}
_QUOTIENTS = {"div", "__truediv__", "true_divide", "divide"}
_SIZES = {"rsqrt", "sqrt", "norm", "vector_norm", "linalg_vector_norm"}
_OF_ONE_NUMBER = {"gelu", "silu", "relu", "relu6", "leaky_relu", "elu", "celu", "selu", "mish"}
_OF_ONE_NUMBER |= {"softplus", "tanh", "sigmoid", "hardtanh", "hardswish", "hardsigmoid"}
_OF_ONE_NUMBER |= {"erf", "logsigmoid", "pow", "__pow__", "square", "abs"}
_UNKNOWN = {"exp", "expm1", "log", "log1p", "sin", "cos", "cumprod", "lstm", "gru", "rnn_tanh"}
_UNKNOWN |= {"rnn_relu", "multi_head_attention_forward", "group_norm", "instance_norm"}
_ACTIVATIONS = ("transformers.activations", "torch.nn.modules.activation")
_NO_ACTIVATIONS = (torch.nn.Softmax, torch.nn.MultiheadAttention)
_SMALL = 1e-10


@contextmanager
def relevance_rules(network: torch.nn.Module) -> Iterator[None]:
    """Have gradients of what runs inside be coefficients of relevance.

    Outputs stay as they are. The gradient of a network's output by an input, times that input, is
    the relevance that it gets; weights get none.

    Parameters
    ----------
    network
        In evaluation mode.

    Raises
    ------
    ModelError
        Inside, where a network does something for which there is no rule.
    """
    rules = _Rules(type(network).__name__)
    weights = [each for each in network.parameters() if each.requires_grad]
    handles = []
    for module in network.modules():
        if type(module).__module__ in _ACTIVATIONS and not isinstance(module, _NO_ACTIVATIONS):
            handles.append(module.register_forward_pre_hook(rules.begin))
            handles.append(module.register_forward_hook(rules.end, always_call=True))
    for each in weights:
        each.requires_grad_(False)
    try:
        with rules:
            yield
    finally:
        for handle in handles:
            handle.remove()
        for each in weights:
            each.requires_grad_(True)


class _Rules(TorchFunctionMode):
    """Replaces derivatives, function by function and activation by activation."""

    def __init__(self, network: str) -> None:
        super().__init__()
        self._network, self._inside = network, 0

    def begin(self, module: torch.nn.Module, given: Any) -> None:
        """Enter an activation, which is one function however it is written."""
        self._inside += 1

    def end(self, module: torch.nn.Module, given: Any, output: Any) -> Any:
        """Leave it."""
        self._inside -= 1
        return _all_to_it(given[0], output) if isinstance(output, torch.Tensor) else output

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        name = getattr(func, "__name__", "")
        if self._inside or not any(map(_moves, (*args, *kwargs.values()))):
            return func(*args, **kwargs)
        if name in _UNKNOWN:
            raise ModelError(
                f"{self._network} uses {name}, for which relevance propagation has no rule here; "
                "choose another explainer, such as attribution=integrated_gradients."
            )
        return _ruled(name, func, args, kwargs)


def _ruled(name: str, func: Callable[..., Any], args: Any, kwargs: dict[str, Any]) -> Any:
    if name in _PRODUCTS:
        parts = args[1] if len(args) > 1 and isinstance(args[1], list | tuple) else args
        return _shared(func(*args, **kwargs), sum(map(_moves, parts)))
    if name in _ADDED_PRODUCTS:
        count = sum(map(_moves, args[1:3]))
        return func(args[0], *(_shared(each, count, new=True) for each in args[1:]), **kwargs)
    if name == "scaled_dot_product_attention":
        # A half each of weights and values, and of the weights' a half each of query and key.
        divided = (_shared(each, n, new=True) for each, n in zip(args, (4, 4, 2), strict=False))
        return func(*divided, *args[3:], **kwargs)
    if name in _QUOTIENTS:
        return func(args[0], *map(_held, args[1:]), **kwargs)
    if name in _SIZES:
        return _held(func(*args, **kwargs))
    if name in ("pow", "__pow__") and not _moves(args[1]) and float(args[1]) < 0:
        return _held(func(*args, **kwargs))
    if name in _OF_ONE_NUMBER:
        return _all_to_it(args[0], func(*args, **kwargs))
    return _NORMS.get(name, func)(*args, **kwargs)


def _moves(value: Any) -> bool:
    """Return whether something depends on the input."""
    if isinstance(value, list | tuple):
        return any(map(_moves, value))
    return isinstance(value, torch.Tensor) and value.requires_grad


def _held(value: Any) -> Any:
    return value.detach() if isinstance(value, torch.Tensor) else value


def _shared(value: Any, count: int, new: bool = False) -> Any:
    """Return a tensor whose gradient is divided; `new` where others read it, too."""
    if count > 1 and _moves(value):
        value = value.view_as(value) if new else value
        value.register_hook(lambda slope: slope / count)
    return value


def _all_to_it(given: torch.Tensor, output: torch.Tensor) -> torch.Tensor:
    """Return a function of one number, all of whose relevance goes to that."""
    if not _moves(given) or given.shape != output.shape:
        return output
    found: torch.Tensor = _AllToIt.apply(given, output.detach())
    return found


class _AllToIt(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, given: torch.Tensor, output: torch.Tensor) -> torch.Tensor:
        small = torch.where(given < 0, -_SMALL, _SMALL)
        ctx.save_for_backward(output / (given + small))
        return output.clone()

    @staticmethod
    def backward(ctx: Any, slope: torch.Tensor) -> tuple[torch.Tensor, None]:
        (ratio,) = ctx.saved_tensors
        return slope * ratio, None


def _layer_norm(
    given: torch.Tensor,
    shape: Any,
    weight: torch.Tensor | None = None,
    bias: torch.Tensor | None = None,
    eps: float = 1e-5,
) -> torch.Tensor:
    axes = tuple(range(-len(shape), 0))
    apart = given - given.mean(axes, keepdim=True)
    found = apart * torch.rsqrt(apart.detach().square().mean(axes, keepdim=True) + eps)
    found = found if weight is None else found * weight
    return found if bias is None else found + bias


def _rms_norm(
    given: torch.Tensor, shape: Any, weight: torch.Tensor | None = None, eps: float | None = None
) -> torch.Tensor:
    axes = tuple(range(-len(shape), 0))
    eps = torch.finfo(given.dtype).eps if eps is None else eps
    found = given * torch.rsqrt(given.detach().square().mean(axes, keepdim=True) + eps)
    return found if weight is None else found * weight


def _normalised(
    given: torch.Tensor, p: float = 2.0, dim: int = 1, eps: float = 1e-12, out: None = None
) -> torch.Tensor:
    return given / given.detach().norm(p, dim, keepdim=True).clamp(min=eps)


_NORMS: dict[str, Callable[..., torch.Tensor]] = {
    "layer_norm": _layer_norm,
    "rms_norm": _rms_norm,
    "normalize": _normalised,
}
