#!/usr/bin/env bash
# From labelled texts to models/NAME. Stops anywhere and resumes: a stage is skipped when
# its output exists, and a training run goes on from its checkpoint.
#   DATA=folder-with-train.jsonl training/run.sh
set -euo pipefail
cd "$(dirname "$0")/.."

: "${DATA:?folder that holds train.jsonl}"
WORK=${WORK:-training/work}
NAME=${NAME:-crossbench-l6}
FOLDS=${FOLDS:-4}
EPOCHS=${EPOCHS:-3}
SEED=${SEED:-1}
LR=${LR:-8e-5}                    # of the fold models
FINAL_LR=${FINAL_LR:-1e-4}        # of the final one
TUNE_LR=${TUNE_LR:-3e-5}          # of its last stage
PYTHON=${PYTHON:-python3}
MIX=${MIX:-0.35}                  # share of the fold models' own logits in the final targets
RANDOM_IDS=${RANDOM_IDS:-t}       # first letters of the ids of rows drawn at random
TRAIN_ARGS=${TRAIN_ARGS:-}        # further options of train.py
MODEL=models/$NAME

mkdir -p "$WORK"
[ -s "$MODEL/tokenizer.json" ] || "$PYTHON" training/export.py --tokenizer-only --out "$MODEL"

TRAIN=$WORK/train.encoded.jsonl
if [ ! -s "$TRAIN" ]; then
    cargo run --release --quiet -- encode --tokenizer "$MODEL/tokenizer.json" "$DATA/train.jsonl" > "$TRAIN.part"
    mv "$TRAIN.part" "$TRAIN"
fi

OOF=()
for ((i = 0; i < FOLDS; i++)); do
    # shellcheck disable=SC2086
    "$PYTHON" training/train.py --encoded "$TRAIN" --out "$WORK" --seed "$SEED" \
        --epochs "$EPOCHS" --lr "$LR" --folds "$FOLDS" --fold "$i" $TRAIN_ARGS
    OOF+=("$WORK/fold$i.oof.jsonl")
done
if [ "$FOLDS" -gt 0 ]; then
    cat "${OOF[@]}" > "$WORK/oof.jsonl"
    "$PYTHON" training/metrics.py --encoded "$TRAIN" --logits "$WORK/oof.jsonl"
fi

FINAL=()
[ "$MIX" = 0 ] || FINAL=(--mix "$WORK/oof.jsonl" --mix-weight "$MIX")
# shellcheck disable=SC2086
"$PYTHON" training/train.py --encoded "$TRAIN" --out "$WORK" --seed "$((SEED + 1))" \
    --epochs "$EPOCHS" --lr "$FINAL_LR" --all ${FINAL[@]+"${FINAL[@]}"} $TRAIN_ARGS

# A short last stage on the random part and the authored posts of data/cases.
AUTHORED=()
for posts in data/cases/*.jsonl; do
    encoded=$WORK/$(basename "$posts" .jsonl).encoded.jsonl
    cargo run --release --quiet -- encode --tokenizer "$MODEL/tokenizer.json" "$posts" > "$encoded"
    AUTHORED+=("$encoded")
done
"$PYTHON" training/tune_rows.py --encoded "$TRAIN" --random "$RANDOM_IDS" --authored "${AUTHORED[@]}" \
    --out "$WORK/tune.encoded.jsonl"
# shellcheck disable=SC2086
"$PYTHON" training/train.py --encoded "$WORK/tune.encoded.jsonl" --out "$WORK" --name tuned --seed "$((SEED + 2))" \
    --epochs 1 --lr "$TUNE_LR" --head-lr 2 --all --init "$WORK/all.safetensors" ${FINAL[@]+"${FINAL[@]}"} $TRAIN_ARGS

if [ ! -s "$MODEL/manifest.toml" ] || [ "$WORK/tuned.safetensors" -nt "$MODEL/manifest.toml" ]; then
    "$PYTHON" training/export.py --weights "$WORK/tuned.safetensors" --encoded "$TRAIN" \
        --name "$NAME" --out "$MODEL"
fi

# Calibration and thresholds, on the held-out logits of the rows drawn at random.
cargo run --release --quiet -- fit "$DATA/train.jsonl" --logits "$WORK/oof.jsonl" --ids "$RANDOM_IDS" --model "$MODEL"
