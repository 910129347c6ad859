#!/usr/bin/env bash
# From labelled texts to models/NAME. Stops anywhere and resumes: a stage is skipped when
# its output exists, and a training run goes on from its checkpoint.
#   DATA=folder-with-train.jsonl training/run.sh
set -euo pipefail
cd "$(dirname "$0")/.."

: "${DATA:?folder that holds train.jsonl}"
WORK=${WORK:-training/work}
NAME=${NAME:-crossbench-l6}
FOLDS=${FOLDS:-5}
EPOCHS=${EPOCHS:-4}
SEED=${SEED:-1}
PYTHON=${PYTHON:-python3}
MIX=${MIX:-0}                     # share of the fold models' own logits in the final targets
TRAIN_ARGS=${TRAIN_ARGS:-}        # further options of train.py
MODEL=models/$NAME

mkdir -p "$WORK"
[ -s "$MODEL/tokenizer.json" ] || "$PYTHON" training/export.py --tokenizer-only --out "$MODEL"

TRAIN=$WORK/train.encoded.jsonl
if [ ! -s "$TRAIN" ]; then
    cargo run --release --quiet -- encode "$DATA/train.jsonl" > "$TRAIN.part"
    mv "$TRAIN.part" "$TRAIN"
fi

OOF=()
for ((i = 0; i < FOLDS; i++)); do
    # shellcheck disable=SC2086
    "$PYTHON" training/train.py --encoded "$TRAIN" --out "$WORK" --seed "$SEED" \
        --epochs "$EPOCHS" --folds "$FOLDS" --fold "$i" $TRAIN_ARGS
    OOF+=("$WORK/fold$i.oof.jsonl")
done
if [ "$FOLDS" -gt 0 ]; then
    cat "${OOF[@]}" > "$WORK/oof.jsonl"
    "$PYTHON" training/metrics.py --encoded "$TRAIN" --logits "$WORK/oof.jsonl"
fi

FINAL=()
[ "$MIX" = 0 ] || FINAL=(--mix "$WORK/oof.jsonl" --mix-weight "$MIX")
# shellcheck disable=SC2086
"$PYTHON" training/train.py --encoded "$TRAIN" --out "$WORK" --seed "$SEED" \
    --epochs "$EPOCHS" --all ${FINAL[@]+"${FINAL[@]}"} $TRAIN_ARGS

if [ ! -s "$MODEL/manifest.toml" ] || [ "$WORK/all.safetensors" -nt "$MODEL/manifest.toml" ]; then
    "$PYTHON" training/export.py --weights "$WORK/all.safetensors" --encoded "$TRAIN" \
        --name "$NAME" --out "$MODEL"
fi
