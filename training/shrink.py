"""A smaller model to start a student from: some layers of a trained one, and of each
layer's inner units those that move its output most.

    python training/shrink.py --weights tuned.safetensors --encoded rows.encoded.jsonl \\
        --layers 1 2 3 --ffn 768 --out small.safetensors

A unit's worth is the mean square of its activation over the sample's tokens times the square
of its column's norm; what the dropped units add on average goes into the bias.
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path

import torch
from safetensors.torch import load_file

import model as M


class Inner:
    """Sums over real tokens of a layer's inner activations and of their squares."""

    def __init__(self, layer: M.Layer):
        self.total, self.square, self.tokens = 0.0, 0.0, 0
        layer.ffn_out.register_forward_pre_hook(self)

    def __call__(self, _module, arguments):
        units = arguments[0].flatten(0, -2).float()
        self.total = self.total + units.sum(0)
        self.square = self.square + units.square().sum(0)
        self.tokens += len(units)


@torch.inference_mode()
def inner_of(net: M.Scorer, rows: list[list[int]]) -> list[Inner]:
    """What the inner units of each layer do on the rows, one row at a time: no padding."""
    inner = [Inner(layer) for layer in net.layers]
    net.eval()
    for row in rows:
        net(torch.tensor([row]))
    return inner


def shrunk(state: dict[str, torch.Tensor], rows: list[list[int]], layers: list[int], ffn: int) -> dict[str, torch.Tensor]:
    """The state of a model of these `layers`, numbered from 1, with `ffn` inner units each; the
    head stays, exits do not."""
    inner = inner_of(M.scorer_of(state), rows)
    small = {name: tensor for name, tensor in state.items() if not name.startswith(("layers.", "exits."))}
    for place, layer in enumerate(layers):
        old, new = f"layers.{layer - 1}.", f"layers.{place}."
        small |= {new + name.removeprefix(old): tensor for name, tensor in state.items() if name.startswith(old)}
        shrink_layer(small, new, inner[layer - 1], ffn)
    return small


def shrink_layer(state: dict[str, torch.Tensor], name: str, inner: Inner, ffn: int) -> None:
    """Leaves the layer called `name` the `ffn` units that are worth most."""
    out = state[name + "ffn_out.weight"]
    worth = inner.square / inner.tokens * out.square().sum(0)
    kept = torch.sort(torch.topk(worth, ffn).indices).values
    mean = inner.total / inner.tokens
    mean[kept] = 0.0
    state[name + "ffn_out.bias"] = state[name + "ffn_out.bias"] + out @ mean
    state[name + "ffn_out.weight"] = out[:, kept].contiguous()
    for part in ("weight", "bias"):
        state[f"{name}ffn_in.{part}"] = state[f"{name}ffn_in.{part}"][kept].contiguous()
    print(f"{name.rstrip('.')}: {100 * float(worth[kept].sum() / worth.sum()):.1f} % of what its units do is kept")


def main() -> None:
    p = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    p.add_argument("--weights", type=Path, required=True)
    p.add_argument("--encoded", type=Path, required=True, help="sample of encoded rows")
    p.add_argument("--sample", type=int, default=1000, help="rows of the sample read")
    p.add_argument("--layers", type=int, nargs="+", required=True, metavar="N", help="layers kept, numbered from 1")
    p.add_argument("--ffn", type=int, required=True, help="inner units of each layer")
    p.add_argument("--out", type=Path, required=True)
    p.add_argument("--threads", type=int, default=os.cpu_count() or 1)
    args = p.parse_args()
    M.tune_cpu(args.threads)
    rows = M.read_jsonl(args.encoded)
    stride = max(1, len(rows) // args.sample)
    sample = [row["ids"] for row in rows[::stride]][: args.sample]
    net = M.scorer_of(shrunk(load_file(args.weights), sample, args.layers, args.ffn))
    M.save(net, args.out)


if __name__ == "__main__":
    main()
