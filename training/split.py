"""Encoded rows in two files: one part in N, by a hash of their ids, and the rest.

    python training/split.py --encoded rows.jsonl --part 12 --out kept.jsonl --held held.jsonl
"""

from __future__ import annotations

import argparse
import hashlib
import json
from pathlib import Path

import model as M


def is_held(row: dict, part: int) -> bool:
    digest = hashlib.sha256(json.dumps(row["ids"]).encode()).digest()
    return int.from_bytes(digest[:8], "big") % part == 0


def main() -> None:
    p = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    p.add_argument("--encoded", type=Path, required=True)
    p.add_argument("--part", type=int, required=True, metavar="N")
    p.add_argument("--out", type=Path, required=True)
    p.add_argument("--held", type=Path, required=True)
    args = p.parse_args()
    rows = M.read_jsonl(args.encoded)
    held = [is_held(row, args.part) for row in rows]
    M.write_jsonl(args.out, (row for row, out in zip(rows, held) if not out))
    M.write_jsonl(args.held, (row for row, out in zip(rows, held) if out))


if __name__ == "__main__":
    main()
