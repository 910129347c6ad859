#!/usr/bin/env bash
# crossbench beside its peers on the same posts, in turn, and the ratios of the medians:
#
#     benches/peers/run.sh [FEED.jsonl] [ROUNDS]
#
# Makes a virtual environment and the ONNX files in `.venv` and `target/peers` the first time. On a
# machine with AVX-512, both are also run on AVX2 alone.
# Leave the machine alone meanwhile.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
work=${CARGO_TARGET_DIR:-$root/target}/peers
feed=${1:-}
rounds=${2:-5}
mkdir -p "$work"

venv=${PEERS_VENV:-$root/.venv}
python=$venv/bin/python
if [ ! -x "$python" ]; then
    python3 -m venv "$venv"
    "$venv/bin/pip" install --quiet -r "$here/requirements.txt"
fi
if [ ! -s "$work/int8.onnx" ]; then
    (cd "$here" && "$python" -c "import minilm, pathlib, sys; minilm.export(pathlib.Path(sys.argv[1]))" "$work")
fi

if [ ! -d "$work/avx2" ]; then
    (cd "$here" && "$python" avx2.py "$work/avx2")
fi

cargo build --release --manifest-path "$root/Cargo.toml"
crossbench=${CARGO_TARGET_DIR:-$root/target}/release/crossbench
if [ -z "$feed" ]; then
    feed=$work/posts.jsonl
    "$crossbench" bench --write "$feed"
fi

results=$work/results.jsonl
: > "$results"
for threads in 1 2; do
    for ((round = 0; round < rounds; round++)); do
        for engine in int8 int8-avx2 candle; do
            "$crossbench" bench "$feed" --engine "$engine" --jobs "$threads" --passes 1 --json |
                "$python" -c "import json, sys; f = json.load(sys.stdin); print(json.dumps({'name': 'crossbench ' + '$engine', 'threads': $threads, 'posts_per_second': f['posts_per_second'], 'encoder': f['posts'] / f['stages']['encoder']}))" >> "$results"
        done
        for peer in ort-int8 ort-fp32 torch-fp32; do
            (cd "$here" && "$python" peers.py "$feed" --peer "$peer" --threads "$threads" --onnx "$work" --passes 1) >> "$results"
        done
        (cd "$here" && PYTHONPATH=$work/avx2 "$python" peers.py "$feed" --peer ort-int8 --name ort-int8-avx2 --threads "$threads" --onnx "$work" --passes 1) >> "$results"
    done
done
"$python" "$here/table.py" "$results"
