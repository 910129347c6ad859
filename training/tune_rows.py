"""The rows of the last stage: the random part of the training rows, and the authored
posts several times, so that a few hundred posts can weigh against thousands.

    python training/tune_rows.py --encoded train.encoded.jsonl --random t --times 3 \\
        --authored ordinary.encoded.jsonl pairs.encoded.jsonl --out tune.encoded.jsonl
"""

from __future__ import annotations

import argparse
from pathlib import Path

import model as M


def main() -> None:
    p = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    p.add_argument("--encoded", type=Path, required=True)
    p.add_argument("--random", default="t", help="first letters of the ids drawn at random")
    p.add_argument("--authored", type=Path, nargs="+", required=True)
    p.add_argument("--times", type=int, default=3)
    p.add_argument("--out", type=Path, required=True)
    args = p.parse_args()
    rows = [r for r in M.read_jsonl(args.encoded) if r["id"].startswith(args.random)]
    authored = [r for path in args.authored for r in M.read_jsonl(path)]
    for time in range(args.times):
        for row in authored:
            reasons = (row.get("reasons") or "").replace(" ", "").replace("-", "")
            rows.append({**row, "id": f"{row['id']}.{time}", "reasons": reasons})
    M.write_jsonl(args.out, rows)
    print(f"{args.out.name}: {len(rows)} rows, {len(authored)} authored posts {args.times} times")


if __name__ == "__main__":
    main()
