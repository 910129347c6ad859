"""Brings readings and texts together: data/readings/*.jsonl names each text by the first
twelve digits of its SHA-256, because the texts are not ours to publish.

    python training/readings.py --texts DATA/unlabelled.jsonl --out WORK/readings.jsonl
"""

from __future__ import annotations

import argparse
import hashlib
import json
from pathlib import Path

import model as M

READINGS = Path(__file__).parent.parent / "data" / "readings"


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def join(readings: dict[str, dict], texts: list[str]) -> list[dict]:
    """Labelled rows with an id each, in the order of `texts`, every text once."""
    rows = {}
    for text in texts:
        name = digest(text)
        if name in readings and name not in rows:
            labels = {key: readings[name][key] for key in ("controversy", "misleading", "reasons")}
            rows[name] = {"id": "u" + name, "text": text, **labels}
    return list(rows.values())


def main() -> None:
    p = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    p.add_argument("--texts", type=Path, required=True, help="JSONL with `text`")
    p.add_argument("--out", type=Path, required=True)
    p.add_argument("--without", action="store_true", help="write the texts that nobody read instead")
    args = p.parse_args()
    readings = {row["sha256"]: row for path in sorted(READINGS.glob("*.jsonl")) for row in M.read_jsonl(path)}
    texts = [row["text"] for row in M.read_jsonl(args.texts)]
    rows = join(readings, texts)
    if args.without:
        unread = dict.fromkeys(text for text in texts if digest(text) not in readings)
        M.write_jsonl(args.out, ({"id": "u" + digest(text), "text": text} for text in unread))
        print(f"{len(unread)} texts without a reading")
        return
    M.write_jsonl(args.out, rows)
    print(f"{len(rows)} of {len(readings)} readings found their text")


if __name__ == "__main__":
    main()
