"""Measures of a set of logits against the labels.

    python training/metrics.py --encoded train.encoded.jsonl --logits oof.jsonl

Flag is "label >= 1", hold is "label = 2". The thresholds behind the macro-F1 are picked
on the very rows measured, so that figure is an upper bound; the AUCs need none.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np

DIMENSIONS = ("controversy", "misleading")


def auc(score: np.ndarray, positive: np.ndarray) -> float:
    """Area under the ROC curve by ranks; ties share their mean rank."""
    n_pos, n_neg = int(positive.sum()), int((~positive).sum())
    if n_pos == 0 or n_neg == 0:
        return float("nan")
    _, inverse, counts = np.unique(score, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    ranks = (last - (counts - 1) / 2)[inverse]
    return float((ranks[positive].sum() - n_pos * (n_pos + 1) / 2) / (n_pos * n_neg))


def macro_f1(truth: np.ndarray, guess: np.ndarray) -> float:
    table = np.bincount(truth * 3 + guess, minlength=9).reshape(3, 3)
    total = table.sum(axis=0) + table.sum(axis=1)
    return float(np.mean(2 * np.diag(table) / np.maximum(total, 1)))


def best_macro_f1(flag: np.ndarray, hold: np.ndarray, truth: np.ndarray):
    grid = np.arange(0.06, 0.96, 0.03)
    best = (-1.0, 0.5, 0.5)
    for t1 in grid:
        review = (flag >= t1).astype(np.int64)
        for t2 in grid:
            f1 = macro_f1(truth, np.where(hold >= t2, 2, review))
            if f1 > best[0]:
                best = (f1, float(t1), float(t2))
    return best


def measure(logits: np.ndarray, labels: np.ndarray) -> dict:
    """`logits` [n, >=4], `labels` [n, 2]."""
    probability = 1 / (1 + np.exp(-np.asarray(logits, dtype=np.float64)[:, :4]))
    result = {"rows": len(labels)}
    for d, name in enumerate(DIMENSIONS):
        flag, hold, truth = probability[:, 2 * d], probability[:, 2 * d + 1], labels[:, d]
        f1, t1, t2 = best_macro_f1(flag, hold, truth)
        result[name] = {
            "auc_flag": round(auc(flag, truth >= 1), 4),
            "auc_hold": round(auc(hold, truth >= 2), 4),
            "macro_f1_own_thresholds": round(f1, 4),
            "thresholds": [round(t1, 2), round(t2, 2)],
        }
    return result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--encoded", type=Path, required=True)
    parser.add_argument("--logits", type=Path, nargs="+", required=True)
    args = parser.parse_args()
    scored = {}
    for path in args.logits:
        for line in path.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            scored[row["id"]] = row["logits"]
    kept = []
    for line in args.encoded.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        if row["id"] in scored and row.get("controversy") is not None:
            kept.append(row)
    logits = np.array([scored[row["id"]] for row in kept])
    labels = np.array([[row[d] for d in DIMENSIONS] for row in kept])
    print(json.dumps(measure(logits, labels), indent=1))


if __name__ == "__main__":
    main()
