"""python training/test_model.py"""

from __future__ import annotations

import json
import math
import random
import tempfile
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file

import export
import metrics
import model as M
import readings
import shrink
import split
import train

RNG = random.Random(7)


def sequence(length: int) -> list[int]:
    return [M.CLS, *(RNG.randint(1000, 29999) for _ in range(length - 2)), M.SEP]


def plain_bert(source: dict, ids: list[int]) -> torch.Tensor:
    """The base encoder written out per head in fp64, straight from the base tensors."""
    w = {k: v.double() if v.is_floating_point() else v for k, v in source.items()}

    def linear(x, name):
        return x @ w[name + ".weight"].T + w[name + ".bias"]

    def norm(x, name):
        x = x - x.mean(-1, keepdim=True)
        x = x / torch.sqrt(x.pow(2).mean(-1, keepdim=True) + 1e-12)
        return x * w[name + ".weight"] + w[name + ".bias"]

    e = "embeddings."
    x = torch.stack([w[e + "word_embeddings.weight"][t] + w[e + "position_embeddings.weight"][p]
                     + w[e + "token_type_embeddings.weight"][0] for p, t in enumerate(ids)])
    x = norm(x, e + "LayerNorm")
    for i in range(6):
        at = f"encoder.layer.{i}."
        q, k, v = (linear(x, f"{at}attention.self.{n}") for n in ("query", "key", "value"))
        heads = []
        for h in range(12):
            s = slice(32 * h, 32 * h + 32)
            share = torch.softmax(q[:, s] @ k[:, s].T / math.sqrt(32), dim=-1)
            heads.append(share @ v[:, s])
        x = norm(x + linear(torch.cat(heads, 1), at + "attention.output.dense"),
                 at + "attention.output.LayerNorm")
        inner = linear(x, at + "intermediate.dense")
        inner = inner * 0.5 * (1 + torch.erf(inner / math.sqrt(2)))
        x = norm(x + linear(inner, at + "output.dense"), at + "output.LayerNorm")
    return x


@torch.no_grad()
def test_encoder(net: M.Scorer) -> None:
    source = load_file(M.base_file("model.safetensors"))
    for length in (3, 17, 128):
        ids = sequence(length)
        gap = (net.encode(torch.tensor([ids]))[-1][0].double() - plain_bert(source, ids)).abs().max()
        assert gap < 2e-4, f"encoder differs from the reference by {gap} at {length} tokens"
    assert net(torch.tensor([sequence(9)])).shape == (1, 24) and len(M.OUTPUTS) == 24


@torch.no_grad()
def test_padding(net: M.Scorer) -> None:
    rows = [sequence(n) for n in (128, 40, 3, 17)]
    together = net(*M.pad(rows))
    for row, logits in zip(rows, together):
        assert (net(torch.tensor([row]))[0] - logits).abs().max() < 1e-4
    assert (M.logits_of(net, rows, tokens=100) - together).abs().max() < 1e-4


@torch.no_grad()
def test_contributions(net: M.Scorer) -> None:
    ids = torch.tensor(sequence(30))
    gap = net.contributions(ids).sum(0) + net.head.bias - net(ids[None])[0]
    assert gap.abs().max() < 1e-5


def test_placeholders(net: M.Scorer) -> None:
    words = M.base_file("vocab.txt").read_text(encoding="utf-8").splitlines()
    table = net.embeddings.word.weight
    rows = [words.index(w) for w in M.PLACEHOLDER_WORDS[M.PARTY]]
    assert torch.allclose(table[M.PARTY], table[rows].mean(0), atol=1e-6)
    assert words[M.PARTY] == "[unused0]" and words[M.POLITICIAN] == "[unused1]"


def test_dropout() -> None:
    drop = M.Dropout(0.1)
    drop.refresh(3)
    x = drop(torch.ones(64, 384), True)
    assert abs(float(x.mean()) - 1) < 0.02 and 0.07 < float((x == 0).float().mean()) < 0.13
    assert torch.equal(drop(x, False), x)


def test_quantiser() -> None:
    weight = torch.randn(50, 384) * torch.rand(50, 1)
    q, scale = export.quantise(weight)
    assert q.dtype == torch.int8 and int(q.min()) >= -127
    top = weight.abs().amax(1)
    plain = (weight / (top / 127)[:, None]).round() * (top / 127)[:, None]
    error = (export.dequantise(q, scale) - weight).square().sum(1)
    assert (error <= (plain - weight).square().sum(1) * 1.0001).all()
    inside = weight.abs() <= 127 * scale[:, None]
    rounding = (export.dequantise(q, scale) - weight).abs() <= scale[:, None] * 0.5001
    assert rounding[inside].all()
    zero, _ = export.quantise(torch.zeros(2, 4))
    assert not zero.any()
    heavy = torch.tensor([[1.0, 1.0, -1.0, -0.9, 1.0, -1.0, 0.1, 0.0], [1.0, 0.3, 0.2, -0.1, 0.0, 0.5, 0.4, 0.4]])
    for weight in (weight, heavy):
        q, scale = export.quantise(weight, pairs=True)
        sums = (q[:, 0::2].int() + q[:, 1::2].int()).abs()
        assert ((sums <= 128) | (q[:, 0::2].int() * q[:, 1::2].int() <= 0)).all()
        assert ((export.dequantise(q, scale) - weight).abs() <= weight.abs().amax(1)[:, None] * 0.05).all()


def test_export(net: M.Scorer) -> None:
    with tempfile.TemporaryDirectory() as folder:
        stored, meant = export.pack(net.state_dict())
        assert "layers.0.qkv.weight.q" in stored and "head.weight" in stored
        assert stored["layers.0.qkv.weight.q"].shape == (1152, 384)
        M.Scorer().load_state_dict(meant)
        path = Path(folder) / "tokenizer.json"
        export.write_tokenizer(M.base_file("tokenizer.json"), path)
        t = json.loads(path.read_text(encoding="utf-8"))
        assert t["padding"] is None and t["truncation"] is None
        assert t["model"]["vocab"]["[PARTY]"] == 1 and "[unused0]" not in t["model"]["vocab"]
        assert len(t["model"]["vocab"]) == M.VOCAB
        lengths = {len(ids) for _, ids in export.parity_rows([{"id": "a", "ids": sequence(20)}])}
        assert {3, 20, 128} <= lengths


def test_metrics() -> None:
    score = np.array([0.1, 0.4, 0.4, 0.8, 0.9])
    truth = np.array([False, False, True, True, False])
    pairs = [(p > n) + 0.5 * (p == n) for p in score[truth] for n in score[~truth]]
    assert abs(metrics.auc(score, truth) - np.mean(pairs)) < 1e-12
    assert metrics.macro_f1(np.array([0, 1, 2]), np.array([0, 1, 2])) == 1


def test_training_parts() -> None:
    rows = [{"id": f"r{i}", "ids": [101, i // 2, 102]} for i in range(400)]
    folds = train.fold_of(rows, 5)
    assert folds == train.fold_of(rows[::-1], 5)[::-1] and len(set(folds)) == 5
    assert all(folds[i] == folds[i + 1] for i in range(0, 400, 2))
    target = train.targets_of({"controversy": 2, "misleading": 1, "reasons": "C k"})
    assert target[:4] == [1, 1, 1, 0]
    assert [M.OUTPUTS[i] for i in range(4, 24) if target[i]] == ["reason:C", "reason:k"]
    examples = train.Examples()
    for i in range(333):
        examples.add([0] * (3 + i % 50), target, 1.0)
    assert sorted(i for b in examples.batches(32, 5) for i in b) == list(range(333))
    weight = torch.randn(5, 3)
    dense = weight.clone().requires_grad_()
    adam, rows_adam = torch.optim.Adam([dense], lr=0.01), train.RowAdam(weight)
    for _ in range(4):
        gradient = torch.randn(5, 3)
        dense.grad = gradient.clone()
        adam.step()
        rows_adam.step(torch.arange(5), gradient, 0.01)
    assert (dense - weight).abs().max() < 1e-5


def test_targets_of_neighbouring_tasks() -> None:
    several = train.aux_targets([{"label": "a|b"}, {"label": "none"}, {"label": "b"}])
    assert several == [[1, 1, 0], [0, 0, 1], [0, 1, 0]]
    assert train.aux_targets([{"label": 1.0}, {"label": 6.0}, {"label": 2.0}]) == [[0], [1], [0.2]]
    heads = torch.nn.ModuleList([torch.nn.Linear(4, 2)])
    task, target = torch.tensor([0, 1]), torch.zeros(2, 24)
    alone = train.aux_loss(heads, torch.ones(2, 4), target, task)
    target[0] = 1  # a row of another task must not count
    assert torch.equal(alone, train.aux_loss(heads, torch.ones(2, 4), target, task)) and alone > 0


def test_readings_find_their_texts() -> None:
    labels = {"controversy": 1, "misleading": 0, "reasons": "G"}
    found = readings.join({readings.digest("b"): labels}, ["a", "b", "b"])
    assert found == [{"id": "u" + readings.digest("b"), "text": "b", **labels}]


def test_distances_have_their_buckets() -> None:
    distances = torch.tensor([0, -1, -7, -8, -127, -500, 1, 7, 127])
    found = M.bucket(distances, 32).tolist()
    assert found == [0, 1, 7, 8, 15, 15, 17, 23, 31], found
    ordered = M.bucket(-torch.arange(200), 32)
    assert (ordered[1:] >= ordered[:-1]).all()


def test_exits() -> None:
    base = M.from_base(exits=(2, 3, 4)).eval()
    rows = [sequence(9), sequence(30), sequence(9)]
    logits = M.all_logits_of(base, rows)
    assert logits.shape == (4, 3, len(M.OUTPUTS))
    assert torch.equal(logits[-1], M.logits_of(base, rows))
    states = base.encode(torch.tensor([rows[1]]))
    for head, hidden, early in zip(base.exits.values(), states, logits):
        assert (head(hidden.mean(dim=1))[0] - early[1]).abs().max() < 1e-4
    record = next(M.records(base, [{"id": "a"}], logits))
    assert list(record["exits"]) == ["2", "3", "4"] and len(record["exits"]["2"]) == 4
    again = M.scorer_of(base.state_dict())
    assert again.shape == base.shape


def test_shrinking() -> None:
    state = M.from_base().state_dict()
    rows = [sequence(9), sequence(30)]
    whole = M.scorer_of(shrink.shrunk(state, rows, [1, 2, 3, 4, 5, 6], 1536))
    assert (M.logits_of(whole, rows) - M.logits_of(M.scorer_of(state), rows)).abs().max() < 1e-4
    small = M.scorer_of(shrink.shrunk(state, rows, [1, 3, 5], 512))
    assert (small.shape.layers, small.shape.ffn) == (3, 512)
    assert torch.equal(small.layers[1].qkv.weight, state["layers.2.qkv.weight"])


def test_states_to_be_met() -> None:
    wanted = torch.randn(2, 5, 8)
    mask = torch.tensor([[True] * 5, [True] * 3 + [False] * 2])
    padded = wanted.clone()
    padded[1, 3:] = 9.0
    all_near = torch.ones(2)
    assert train.distance(padded, wanted, mask, all_near) == 0
    assert abs(train.distance(torch.zeros_like(wanted), wanted, mask, all_near) - 1) < 1e-6
    assert train.distance(padded, wanted, None, all_near) > 0
    assert train.distance(padded, wanted, None, torch.zeros(len(wanted))) == 0  # all of them firm


def test_parts_are_the_same_whatever_is_beside_them() -> None:
    rows = [{"ids": sequence(9)} for _ in range(600)]
    held = [row for row in rows if split.is_held(row, 12)]
    assert 20 < len(held) < 90 and all(split.is_held(row, 12) for row in held)


if __name__ == "__main__":
    torch.manual_seed(1)
    base = M.from_base().eval()
    for test in (test_encoder, test_padding, test_contributions, test_placeholders, test_export):
        test(base)
    for test in (test_dropout, test_quantiser, test_metrics, test_training_parts, test_distances_have_their_buckets, test_exits,
                 test_shrinking, test_states_to_be_met, test_parts_are_the_same_whatever_is_beside_them,
                 test_targets_of_neighbouring_tasks, test_readings_find_their_texts):
        test()
    print("ok")
