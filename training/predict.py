"""Mean logits of one or more trained models over encoded rows, also at the exits.

    python training/predict.py --weights fold0.safetensors fold1.safetensors \\
        --encoded rows.encoded.jsonl --out rows.logits.jsonl
"""

from __future__ import annotations

import argparse
import os
import time
from pathlib import Path

import torch

import model as M


def main() -> None:
    p = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    p.add_argument("--weights", type=Path, nargs="+", required=True)
    p.add_argument("--encoded", type=Path, required=True)
    p.add_argument("--out", type=Path, required=True)
    p.add_argument("--ids", action="store_true", help="write the ids too, for train.py --soft")
    p.add_argument("--like", type=Path, help="only the rows whose id this file has too")
    p.add_argument("--bf16", action="store_true")
    p.add_argument("--threads", type=int, default=os.cpu_count() or 1)
    p.add_argument("--device", default="cpu")
    args = p.parse_args()
    M.tune_cpu(args.threads)

    rows = M.read_jsonl(args.encoded)
    if args.like:
        wanted = {row["id"] for row in M.read_jsonl(args.like)}
        rows = [row for row in rows if row["id"] in wanted]
    begun = time.perf_counter()
    logits = []
    for path in args.weights:
        net = M.from_file(path).to(args.device).eval()
        logits.append(M.all_logits_of(net, [r["ids"] for r in rows], bf16=args.bf16))
    mean = sum(logits) / len(logits)
    spent = time.perf_counter() - begun
    M.write_jsonl(args.out, M.records(net, rows, mean, args.ids))
    print(f"{len(rows)} rows, {len(args.weights)} models, {spent:.1f} s")


if __name__ == "__main__":
    main()
