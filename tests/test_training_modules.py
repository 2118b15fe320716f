"""Every module of torch.nn that maps a tensor to a tensor: trained as torch does, or refused."""

import inspect
from functools import partial

import pytest
import torch
from torch import nn

from initbench.errors import InitbenchError
from initbench.training.ensemble import stack
from initbench.training.proof import way
from initbench.training.stackable import EXACT, LAYERS, ROUNDS_TAILS
from own_nets import INPUTS, SEEDS, Around, assert_trained_as_torch_trains_it, by_engine, fixed, use

ROW, SIGNAL, IMAGE, VOLUME = (6,), (4, 6), (4, 6, 6), (2, 4, 4, 4)


def case(kind, *arguments, shape=ROW, start=False, **options):
    """Return one net: an instance of `kind` on samples of `shape`; `start` fixes its start."""
    make = partial(kind, *arguments, **options)
    return ((lambda: fixed(make())) if start else make), shape


def both(kind, **options):
    """Return an activation on a width that leaves kernels a tail, and on one that does not."""
    return [case(kind, shape=shape, **options) for shape in ((7,), (32,))]


def everywhere(kinds, *arguments, **options):
    """Return one case for each dimension that there is a class for."""
    shapes = {"1": SIGNAL, "2": IMAGE, "3": VOLUME}
    return {
        kind.__name__: [case(kind, *arguments, shape=shapes[kind.__name__[-2]], **options)]
        for kind in kinds
    }


def convolutions(kind, shape):
    c = shape[0]
    return [
        case(kind, c, 2 * c, 3, shape=shape),
        case(kind, c, c, 3, shape=shape, bias=False, padding=1, groups=c),
        case(kind, c, c, 2, shape=shape, stride=2, padding=1, dilation=2),
    ]


PADDED = [
    case(nn.Conv2d, 4, 4, 3, shape=IMAGE, padding=1, padding_mode=mode)
    for mode in ("reflect", "replicate", "circular")
]

TRAINED = {
    "Linear": [case(nn.Linear, 6, 4), case(nn.Linear, 6, 4, bias=False), case(nn.Linear, 6, 1),
               case(nn.Linear, 6, 5, bias=False, shape=SIGNAL), case(nn.Linear, 6, 1, bias=False)],
    "LayerNorm": [case(nn.LayerNorm, 6), case(nn.LayerNorm, 6, bias=False),
                  case(nn.LayerNorm, 6, elementwise_affine=False),
                  case(nn.LayerNorm, (4, 6), shape=SIGNAL), case(nn.LayerNorm, 6, shape=SIGNAL),
                  case(nn.LayerNorm, (4, 6, 6), shape=IMAGE, eps=0.1)],
    "Conv1d": convolutions(nn.Conv1d, SIGNAL), "Conv3d": convolutions(nn.Conv3d, VOLUME),
    "Conv2d": [*convolutions(nn.Conv2d, IMAGE), *PADDED],
    "ConvTranspose1d": convolutions(nn.ConvTranspose1d, SIGNAL),
    "ConvTranspose2d": convolutions(nn.ConvTranspose2d, IMAGE),
    "ConvTranspose3d": convolutions(nn.ConvTranspose3d, VOLUME),
    "GroupNorm": [case(nn.GroupNorm, 2, 4, shape=IMAGE, start=True),
                  case(nn.GroupNorm, 2, 4, shape=SIGNAL, affine=False)],
    "RMSNorm": [case(nn.RMSNorm, 6, start=True), case(nn.RMSNorm, 6, elementwise_affine=False)],
    "PReLU": [case(nn.PReLU, start=True), case(nn.PReLU, 4, shape=SIGNAL, start=True)],
    **everywhere((nn.InstanceNorm1d, nn.InstanceNorm2d), 4),
    "InstanceNorm3d": [case(nn.InstanceNorm3d, 2, shape=VOLUME)],
    "LocalResponseNorm": [case(nn.LocalResponseNorm, 2, shape=IMAGE)],
    "CrossMapLRN2d": [case(nn.CrossMapLRN2d, 2, shape=IMAGE)],
    "Dropout": [case(nn.Dropout, p, inplace=inplace)
                for p in (0.0, 0.3, 1.0) for inplace in (False, True)],
    "AlphaDropout": [case(nn.AlphaDropout), case(nn.AlphaDropout, inplace=True)],
    "FeatureAlphaDropout": [case(nn.FeatureAlphaDropout, shape=SIGNAL)],
    **everywhere((nn.Dropout1d, nn.Dropout2d, nn.Dropout3d), 0.4),
    "RReLU": [case(nn.RReLU), case(nn.RReLU, inplace=True)],
    "Identity": [case(nn.Identity)],
    "Tanh": both(nn.Tanh), "Sigmoid": both(nn.Sigmoid), "Softsign": both(nn.Softsign),
    "Tanhshrink": both(nn.Tanhshrink), "LogSigmoid": both(nn.LogSigmoid),
    "Softplus": [*both(nn.Softplus), *both(nn.Softplus, beta=2, threshold=1)],
    "Softshrink": both(nn.Softshrink, lambd=0.1), "Hardshrink": both(nn.Hardshrink, lambd=0.1),
    "GELU": [*both(nn.GELU), *both(nn.GELU, approximate="tanh")],
    "Threshold": both(partial(nn.Threshold, 0.1, 0.2)),
    **{kind.__name__: [*both(kind), case(kind, inplace=True)]
       for kind in (nn.ReLU, nn.ReLU6, nn.LeakyReLU, nn.ELU, nn.CELU, nn.SELU, nn.SiLU, nn.Mish,
                    nn.Hardtanh, nn.Hardswish, nn.Hardsigmoid)},
    "GLU": [case(nn.GLU), case(nn.GLU, 1, shape=SIGNAL)],
    "Softmax": [case(nn.Softmax, -1), case(nn.Softmax, 1, shape=SIGNAL)],
    "Softmin": [case(nn.Softmin, 1)], "LogSoftmax": [case(nn.LogSoftmax, 1)],
    "Softmax2d": [case(nn.Softmax2d, shape=IMAGE)],
    **everywhere((nn.MaxPool1d, nn.MaxPool2d, nn.MaxPool3d), 2),
    **everywhere((nn.AvgPool1d, nn.AvgPool2d, nn.AvgPool3d), 2),
    **everywhere((nn.LPPool1d, nn.LPPool2d, nn.LPPool3d), 2, 2),
    **everywhere((nn.AdaptiveMaxPool1d, nn.AdaptiveMaxPool2d, nn.AdaptiveMaxPool3d), 2),
    **everywhere((nn.AdaptiveAvgPool1d, nn.AdaptiveAvgPool2d, nn.AdaptiveAvgPool3d), 2),
    **everywhere((nn.ZeroPad1d, nn.ZeroPad2d, nn.ZeroPad3d), 1),
    **everywhere((nn.ConstantPad1d, nn.ConstantPad2d, nn.ConstantPad3d), 1, 0.5),
    **everywhere((nn.CircularPad1d, nn.CircularPad2d, nn.CircularPad3d), 1),
    **everywhere((nn.ReflectionPad1d, nn.ReflectionPad2d, nn.ReflectionPad3d), 1),
    **everywhere((nn.ReplicationPad1d, nn.ReplicationPad2d, nn.ReplicationPad3d), 1),
    "Flatten": [case(nn.Flatten, shape=IMAGE), case(nn.Flatten, -2, shape=IMAGE)],
    "Unflatten": [case(nn.Unflatten, 1, (2, 3)), case(nn.Unflatten, -1, (3, 2))],
    "PixelShuffle": [case(nn.PixelShuffle, 2, shape=IMAGE)],
    "PixelUnshuffle": [case(nn.PixelUnshuffle, 2, shape=IMAGE)],
    "ChannelShuffle": [case(nn.ChannelShuffle, 2, shape=IMAGE)],
    "Upsample": [case(nn.Upsample, scale_factor=2, shape=IMAGE)],
    "UpsamplingBilinear2d": [case(nn.UpsamplingBilinear2d, scale_factor=2, shape=IMAGE)],
    "UpsamplingNearest2d": [case(nn.UpsamplingNearest2d, scale_factor=2, shape=IMAGE)],
    "Unfold": [case(nn.Unfold, 2, shape=IMAGE)],
    "Fold": [case(nn.Fold, (3, 3), 2, shape=(4, 4))],
    "Sequential": [case(nn.Sequential), case(lambda: nn.Sequential(nn.Linear(6, 6), nn.Tanh()))],
}  # fmt: skip

MEMORY = "'inner' is a {} and changes its buffer 'running_mean'"
BATCH = "'inner' is a {} and mixes the samples of a batch"
DRAWS = "draws random numbers in evaluation"
FAILS = "'inner' is a {} and fails on samples"
LAZY = "'inner' is a {} and learns its sizes from data"
ATTENTION = {"batch_first": True, "dim_feedforward": 8, "dropout": 0.0}

REFUSED = {
    "GroupNorm": [(case(nn.GroupNorm, 2, 4, shape=IMAGE), "parameter 'inner.weight'")],
    "RMSNorm": [(case(nn.RMSNorm, 6), "parameter 'inner.weight'")],
    "PReLU": [(case(nn.PReLU), "parameter 'inner.weight'")],
    "BatchNorm1d": [(case(nn.BatchNorm1d, 6), BATCH)],
    "BatchNorm2d": [(case(nn.BatchNorm2d, 4, shape=IMAGE, affine=False), BATCH)],
    "BatchNorm3d": [(case(nn.BatchNorm3d, 2, shape=VOLUME, track_running_stats=False), BATCH)],
    "SyncBatchNorm": [(case(nn.SyncBatchNorm, 6), BATCH)],
    "InstanceNorm1d": [(case(nn.InstanceNorm1d, 4, 1e-5, 0.1, False, True, shape=SIGNAL), MEMORY)],
    "FractionalMaxPool2d": [(case(nn.FractionalMaxPool2d, 2, output_size=3, shape=IMAGE), DRAWS)],
    "FractionalMaxPool3d": [(case(nn.FractionalMaxPool3d, 2, output_size=2, shape=VOLUME), DRAWS)],
    "RNN": [(case(nn.RNN, 6, 5, batch_first=True, shape=SIGNAL), "'inner.weight_ih_l0'")],
    "LSTM": [(case(nn.LSTM, 6, 5, batch_first=True, shape=SIGNAL), "'inner.weight_ih_l0'")],
    "GRU": [(case(nn.GRU, 6, 5, batch_first=True, shape=SIGNAL), "'inner.weight_ih_l0'")],
    "RNNCell": [(case(nn.RNNCell, 6, 5), "'inner.weight_ih'")],
    "LSTMCell": [(case(nn.LSTMCell, 6, 5), "'inner.weight_ih'")],
    "GRUCell": [(case(nn.GRUCell, 6, 5), "'inner.weight_ih'")],
    "TransformerEncoderLayer": [
        (case(nn.TransformerEncoderLayer, 6, 2, shape=SIGNAL, **ATTENTION), "'inner.self_attn.in")
    ],
    "Embedding": [(case(nn.Embedding, 9, 2), FAILS)],
    "EmbeddingBag": [(case(nn.EmbeddingBag, 9, 2), FAILS)],
}  # fmt: skip

# What maps no single tensor to a tensor.
CONTAINERS = {"Container", "Module", "ModuleDict", "ModuleList", "ParameterDict", "ParameterList"}
BASES = {"RNNBase", "RNNCellBase", "DataParallel"}
SEVERAL_TENSORS = {
    *("AdaptiveLogSoftmaxWithLoss", "Bilinear", "CosineSimilarity", "PairwiseDistance"),
    *("MaxUnpool1d", "MaxUnpool2d", "MaxUnpool3d", "MultiheadAttention", "Transformer"),
    *("TransformerDecoder", "TransformerDecoderLayer"),
}
OF_OTHERS = {"TransformerEncoder"}  # takes a layer of a class that is listed


def modules():
    """Return the names of all module classes of torch.nn."""
    kinds = {name: kind for name, kind in vars(nn).items() if inspect.isclass(kind)}
    return {name for name, kind in kinds.items() if issubclass(kind, nn.Module)}


def test_every_module_of_torch_is_listed():
    other = {name for name in modules() if "Loss" in name or name.startswith("Lazy")}
    listed = {*TRAINED, *REFUSED, *CONTAINERS, *BASES, *SEVERAL_TENSORS, *OF_OTHERS}
    assert modules() - other == listed - other


@pytest.mark.parametrize("name", sorted(TRAINED))
def test_a_module_trains_as_torch_trains_it(monkeypatch, name):
    for make, shape in TRAINED[name]:
        use(monkeypatch, partial(Around, make, shape))
        assert_trained_as_torch_trains_it()


KNOWN = sorted([*LAYERS, *EXACT, *ROUNDS_TAILS], key=lambda kind: kind.__name__)


@pytest.mark.parametrize("kind", KNOWN, ids=lambda kind: kind.__name__)
def test_what_is_known_runs_side_by_side(kind):
    for make, shape in TRAINED.get(kind.__name__, [case(kind)]):
        if not getattr(make(), "inplace", False):
            assert way(Around(make, shape), (INPUTS,)) is stack


@pytest.mark.parametrize("name", sorted(REFUSED))
def test_a_module_is_refused_by_name_before_training(monkeypatch, name):
    for (make, shape), words in REFUSED[name]:
        build = partial(Around, make, shape) if words != FAILS else partial(Behind, make)
        assert_refused(monkeypatch, build, words.format(name))


@pytest.mark.parametrize("name", sorted(n for n in modules() if n.startswith("Lazy")))
def test_a_lazy_module_is_refused_by_name(monkeypatch, name):
    kind = getattr(nn, name)
    affine = {"affine": True} if "InstanceNorm" in name else {}
    needed = {"LazyLinear": [3]} | {n: [3, 2] for n in modules() if "LazyConv" in n}
    make = partial(kind, *needed.get(name, []), **affine)
    assert_refused(monkeypatch, partial(Behind, make), LAZY.format(name))


class Behind(Around):
    """The same net, whose inner module never sees a sample before it is trained."""

    def __init__(self, make):
        super().__init__(nn.Identity, ROW)
        self.inner = make()


def assert_refused(monkeypatch, make, words):
    use(monkeypatch, make)
    with pytest.raises(InitbenchError, match=words) as caught:
        by_engine(SEEDS)
    assert "\n" not in str(caught.value)
    assert torch.is_grad_enabled()
