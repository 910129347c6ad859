"""Turns trained weights into the model folder that the Rust side reads.

    python training/export.py --weights all.safetensors --encoded rows.encoded.jsonl \\
        --name NAME --out models/NAME
    python training/export.py --tokenizer-only --out models/NAME   # before `crossbench encode`
    python training/export.py --rehash models/NAME                 # after adding a file

Weights of linear layers and words become int8 with one scale per row; all else stays fp32.
Two neighbouring weights of a layer that have the same sign sum to 128 at most, so that their
products with any two bytes fit into 16 bits: AVX2 multiplies such pairs at once.
"""

from __future__ import annotations

import argparse
import json
import os
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file

import model as M

UNQUANTISED = {"embeddings.position.weight", "head.weight"}
PLACEHOLDERS = {M.PARTY: "[PARTY]", M.POLITICIAN: "[POLITICIAN]"}
BASE, LICENCE = "sentence-transformers/all-MiniLM-L6-v2", "Apache-2.0"
PASSAGE = 64  # longer drafts are read in passages of whole sentences up to this many tokens


def rounded(scaled: torch.Tensor, pairs: bool) -> torch.Tensor:
    """The nearest int8 values; with `pairs`, of those whose neighbours (columns 0 and 1, 2 and
    3, …) sum to no more than 128 on either side of zero."""
    q = scaled.round().clamp_(-127, 127)
    if pairs:
        a, b = q[:, 0::2], q[:, 1::2]
        excess = (a + b).abs() - 128
        excess = torch.where((a * b > 0) & (excess > 0), excess, 0) * a.sign()
        half = (excess / 2).trunc()
        q[:, 0::2], q[:, 1::2] = a - half, b - (excess - half)
    return q


def quantise(weight: torch.Tensor, pairs: bool = False, low: float = 0.8, high: float = 2.0, steps: int = 49):
    """int8 rows and their scales: per row, the ratio to its largest value of least squared error."""
    top = weight.abs().amax(dim=1).clamp_min(1e-12)
    best_error = torch.full_like(top, float("inf"))
    best_scale = torch.empty_like(top)
    for ratio in torch.linspace(low, high, steps).tolist():
        scale = top * ratio / 127
        q = rounded(weight / scale[:, None], pairs)
        error = (q * scale[:, None] - weight).square_().sum(dim=1)
        better = error < best_error
        best_error = torch.where(better, error, best_error)
        best_scale = torch.where(better, scale, best_scale)
    q = rounded(weight / best_scale[:, None], pairs).to(torch.int8)
    return q, best_scale


def dequantise(q: torch.Tensor, scale: torch.Tensor) -> torch.Tensor:
    return q.float() * scale[:, None]


def pack(state: dict[str, torch.Tensor]):
    """Tensors as stored, and the fp32 state they stand for."""
    stored, meant = {}, {}
    for name, tensor in state.items():
        if tensor.dim() == 2 and name not in UNQUANTISED and not name.startswith("exits."):
            q, scale = quantise(tensor.float(), pairs=name.startswith("layers."))
            stored[f"{name}.q"], stored[f"{name}.scale"] = q.contiguous(), scale.contiguous()
            meant[name] = dequantise(q, scale)
        else:
            stored[name] = meant[name] = tensor.float().contiguous()
    return stored, meant


def write_tokenizer(source: Path, target: Path) -> None:
    t = json.loads(source.read_text(encoding="utf-8"))
    t["truncation"] = t["padding"] = None
    vocab = t["model"]["vocab"]
    by_id = {i: word for word, i in vocab.items()}
    by_id.update(PLACEHOLDERS)
    t["model"]["vocab"] = {by_id[i]: i for i in sorted(by_id)}
    known = [a for a in t["added_tokens"] if a["id"] not in PLACEHOLDERS]
    known += [{"id": i, "content": word, "single_word": False, "lstrip": False, "rstrip": False,
               "normalized": False, "special": True} for i, word in PLACEHOLDERS.items()]
    t["added_tokens"] = sorted(known, key=lambda a: a["id"])
    target.write_text(json.dumps(t, ensure_ascii=False, separators=(",", ":")), encoding="utf-8")


def parity_rows(rows: list[dict], natural: int = 32, made: int = 32) -> list[tuple[str, list[int]]]:
    """Rows spread over the lengths of the sample, and rows cut or joined to lengths that
    spread over 3 to 128."""
    ordered = sorted(rows, key=lambda r: (len(r["ids"]), r["id"]))
    picks = sorted({round(i * (len(ordered) - 1) / max(1, natural - 1)) for i in range(natural)})
    chosen = [(ordered[i]["id"], ordered[i]["ids"]) for i in picks]
    for i in range(made):
        length = round(3 + i * (M.POSITIONS - 3) / (made - 1))
        start = (i * 7919) % len(rows)
        body: list[int] = []
        while len(body) < length - 2:
            body += rows[start % len(rows)]["ids"][1:-1] or [1012]
            start += 1
        chosen.append((f"made-{length:03}", [M.CLS, *body[: length - 2], M.SEP]))
    return chosen


def toml_text(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)


def files_section(folder: Path) -> str:
    files = sorted(f for f in folder.iterdir() if f.is_file() and f.name != "manifest.toml")
    hashes = [f"{toml_text(f.name)} = {toml_text(M.sha256(f))}" for f in files]
    sizes = [f"{toml_text(f.name)} = {f.stat().st_size}" for f in files]
    return "\n".join(["[files]", *hashes, "", "[sizes]", *sizes, ""])


def write_manifest(folder: Path, args, meta: dict) -> None:
    lines = [
        f"name = {toml_text(args.name)}",
        f"version = {toml_text(args.version)}",
        f"description = {toml_text(args.description)}",
        f"base = {toml_text(BASE)}",
        f"licence = {toml_text(LICENCE)}",
        f"window = {M.POSITIONS}",
        f"passage = {PASSAGE}",
        "",
        "[training]",
        f"run = {toml_text(meta.get('run', args.weights.stem))}",
        f"weights_sha256 = {toml_text(M.sha256(args.weights))}",
    ]
    lines += [f"{key} = {int(meta[key])}" for key in ("rows", "soft_rows") if key in meta]
    lines += [f"{key} = {meta['settings'][key]}" for key in ("seed", "epochs", "lr", "batch")
              if key in meta.get("settings", {})]
    lines += ["", "[training.inputs]"]
    lines += [f"{toml_text(name)} = {toml_text(digest)}" for name, digest in meta.get("inputs", {}).items()]
    text = "\n".join(lines) + "\n\n" + files_section(folder)
    (folder / "manifest.toml").write_text(text, encoding="utf-8")


def rehash(folder: Path) -> None:
    manifest = folder / "manifest.toml"
    head = manifest.read_text(encoding="utf-8").split("[files]\n")[0]
    manifest.write_text(head + files_section(folder), encoding="utf-8")


def main() -> None:
    p = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    p.add_argument("--weights", type=Path)
    p.add_argument("--tokenizer", type=Path, help="of the base model (default: from its package)")
    p.add_argument("--encoded", type=Path, help="sample of encoded rows")
    p.add_argument("--sample", type=int, default=512, help="rows of the sample compared")
    p.add_argument("--name", default="crossbench-l4")
    p.add_argument("--version", default="1")
    p.add_argument("--description",
                   default="Political impartiality and misleading-claim risk of short official texts")
    p.add_argument("--out", type=Path)
    p.add_argument("--layers", type=int, metavar="N", help="only the first N layers, with the head of the exit there")
    p.add_argument("--tokenizer-only", action="store_true")
    p.add_argument("--rehash", type=Path, metavar="FOLDER")
    p.add_argument("--threads", type=int, default=os.cpu_count() or 1)
    args = p.parse_args()
    if args.rehash:
        rehash(args.rehash)
        return
    if args.out is None:
        p.error("--out is needed")
    args.out.mkdir(parents=True, exist_ok=True)
    write_tokenizer(args.tokenizer or M.base_file("tokenizer.json"), args.out / "tokenizer.json")
    if args.tokenizer_only:
        return
    if args.weights is None or args.encoded is None:
        p.error("--weights and --encoded are needed")
    M.tune_cpu(args.threads)

    state = load_file(args.weights)
    if args.layers:
        state = M.cut(state, args.layers)
    stored, meant = pack(state)
    save_file(stored, args.out / "weights.safetensors", metadata={"format": "pt"})
    (args.out / "weights.safetensors").chmod(0o644)
    full, packed = M.scorer_of(state), M.scorer_of(meant)
    config = {"architecture": "bert", "layers": packed.shape.layers, "hidden": M.MINILM.hidden, "heads": M.MINILM.heads,
              "ffn": packed.shape.ffn, "vocab": M.VOCAB, "positions": M.POSITIONS, "norm_eps": M.MINILM.eps,
              "pooling": "mean", "outputs": M.OUTPUTS, "exits": list(packed.shape.exits)}
    (args.out / "config.json").write_text(json.dumps(config, indent=1) + "\n")

    full.eval()
    packed.eval()
    rows = M.read_jsonl(args.encoded)
    with torch.inference_mode():
        parity = [{"id": i, "ids": ids, "logits": [round(float(x), 6) for x in packed(torch.tensor([ids]))[0]]}
                  for i, ids in parity_rows(rows)]
    M.write_jsonl(args.out / "parity.jsonl", parity)

    stride = max(1, len(rows) // args.sample)
    sample = [r["ids"] for r in rows[::stride]][: args.sample]
    a, b = (M.logits_of(net, sample)[:, : len(M.ORDINALS)] for net in (full, packed))
    for label, x, y in (("logits", a, b), ("probabilities", a.sigmoid(), b.sigmoid())):
        gap = (x - y).abs()
        print(f"int8 against fp32, {len(sample)} rows, ordinal {label}: "
              f"max {gap.max():.5f}, mean {gap.mean():.5f}")
    flips = ((a > 0) != (b > 0)).float().mean()
    print(f"decisions at 0.5 that differ: {100 * flips:.2f} %")

    side = args.weights.with_suffix(".meta.json")
    write_manifest(args.out, args, json.loads(side.read_text()) if side.exists() else {})
    size = (args.out / "weights.safetensors").stat().st_size
    print(f"{args.out.name}: weights {size / 1e6:.1f} MB, {len(parity)} parity rows")


if __name__ == "__main__":
    main()
