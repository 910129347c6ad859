"""Held-out logits for a model that has none: those of others, on its scale.

    python training/match.py --logits a.oof.jsonl b.oof.jsonl --ids t --theirs theirs.jsonl --own own.jsonl --out oof.jsonl

A model that was taught what others say has seen, through them, every labelled row. The mean of
models that have not seen the rows of `--logits` stands for it: moved and stretched, output by
output, so that its mean and spread on texts that nobody was trained on (`--theirs`) are those of
the model (`--own`). What the model gets wrong on its own, beside them, is not in it.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np

import model as M


def logits_of(path: Path) -> dict[str, np.ndarray]:
    return {row["id"]: np.array(row["logits"]) for row in M.read_jsonl(path)}


def matched(logits: np.ndarray, theirs: np.ndarray, own: np.ndarray) -> np.ndarray:
    """`logits` [n, outputs] moved so that `theirs` [m, outputs] would have the mean and spread of `own`."""
    return own.mean(0) + (logits - theirs.mean(0)) * own.std(0) / theirs.std(0)


def main() -> None:
    p = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    p.add_argument("--logits", type=Path, nargs="+", required=True, help="held-out logits; their mean counts")
    p.add_argument("--ids", default="", help="first letters of the ids to keep")
    p.add_argument("--theirs", type=Path, required=True, help="their mean on other texts")
    p.add_argument("--own", type=Path, required=True, help="what the model says of the same texts")
    p.add_argument("--out", type=Path, required=True)
    args = p.parse_args()
    folds = [logits_of(path) for path in args.logits]
    ids = [i for i in folds[0] if i.startswith(args.ids) and all(i in fold for fold in folds)]
    theirs, own = logits_of(args.theirs), logits_of(args.own)
    if not ids or not own or set(own) != set(theirs):
        raise SystemExit("the files hold no rows in common, or not the same texts")
    outputs = len(M.OUTPUTS)
    theirs, own = (np.array([rows[i][:outputs] for i in own]) for rows in (theirs, own))
    mean = np.mean([[fold[i][:outputs] for i in ids] for fold in folds], axis=0)
    with open(args.out, "w", encoding="utf-8") as out:
        for i, row in zip(ids, matched(mean, theirs, own)):
            out.write(json.dumps({"id": i, "logits": [round(float(x), 5) for x in row]}) + "\n")
    print(f"{len(ids)} rows; spread of the ordinal outputs times", (own.std(0) / theirs.std(0))[:4].round(3))


if __name__ == "__main__":
    main()
