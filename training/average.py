"""The mean of the weights of models that were fine-tuned from the same start.

    python training/average.py --weights final.safetensors held0.safetensors --out mean.safetensors
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from safetensors.torch import load_file

import model as M


def main() -> None:
    p = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    p.add_argument("--weights", type=Path, nargs="+", required=True, help="the first one's settings are passed on")
    p.add_argument("--out", type=Path, required=True)
    args = p.parse_args()
    states = [load_file(path) for path in args.weights]
    net = M.scorer_of({name: sum(state[name] for state in states) / len(states) for name in states[0]})
    M.save(net, args.out)
    meta = json.loads(args.weights[0].with_suffix(".meta.json").read_text())
    meta["run"] = args.out.stem
    meta["inputs"] |= {path.name: M.sha256(path) for path in args.weights}
    args.out.with_suffix(".meta.json").write_text(json.dumps(meta, indent=1) + "\n")


if __name__ == "__main__":
    main()
