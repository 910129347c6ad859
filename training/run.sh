#!/usr/bin/env bash
# From labelled texts to models/NAME. Stops anywhere and resumes: a stage is skipped when
# its output exists, and a training run goes on from its checkpoint.
#   DATA=folder training/run.sh
# DATA holds train.jsonl, unlabelled.jsonl and aux/*.jsonl.
set -euo pipefail
cd "$(dirname "$0")/.."

: "${DATA:?folder that holds train.jsonl, unlabelled.jsonl and aux/}"
WORK=${WORK:-training/work}
NAME=${NAME:-crossbench-l6}
FOLDS=${FOLDS:-4}
HELD=${HELD:-2}                   # models with one fold left out that go into the mean
PYTHON=${PYTHON:-python3}
RANDOM_IDS=${RANDOM_IDS:-t}       # first letters of the ids of rows drawn at random
MODEL=models/$NAME

mkdir -p "$WORK/aux"
[ -s "$MODEL/tokenizer.json" ] || "$PYTHON" training/export.py --tokenizer-only --out "$MODEL"

train() { "$PYTHON" training/train.py --out "$WORK" "$@"; }
predict() { # out rows weights…
    [ -s "$1" ] || "$PYTHON" training/predict.py --ids --bf16 --out "$1" --encoded "$2" --weights "${@:3}"
}
encode() { # texts rows
    [ -s "$2" ] && return
    cargo run --release --quiet -- encode --tokenizer "$MODEL/tokenizer.json" "$1" > "$2.part"
    mv "$2.part" "$2"
}

# Rows: labelled, read by us, authored by us, read by nobody, of neighbouring tasks.
"$PYTHON" training/readings.py --texts "$DATA/unlabelled.jsonl" --out "$WORK/readings.texts.jsonl"
"$PYTHON" training/readings.py --texts "$DATA/unlabelled.jsonl" --out "$WORK/unread.texts.jsonl" --without
cat data/cases/*.jsonl > "$WORK/authored.texts.jsonl"
encode "$DATA/train.jsonl" "$WORK/train.jsonl"
encode "$DATA/unlabelled.jsonl" "$WORK/unlabelled.jsonl"
for rows in readings unread authored; do encode "$WORK/$rows.texts.jsonl" "$WORK/$rows.jsonl"; done
for task in "$DATA"/aux/*.jsonl; do encode "$task" "$WORK/aux/$(basename "$task")"; done

# First teachers: held-out folds of train.jsonl, from the base model.
TEACHERS=()
for ((i = 0; i < FOLDS; i++)); do
    train --encoded "$WORK/train.jsonl" --name "teacher$i" --folds "$FOLDS" --fold "$i" --seed 1 --epochs 3 --lr 8e-5
    TEACHERS+=("$WORK/teacher$i.safetensors")
done

# Students on the unlabelled texts, one of them with the neighbouring tasks beside it.
predict "$WORK/soft1.jsonl" "$WORK/unlabelled.jsonl" "${TEACHERS[@]}"
train --all --name student1 --soft "$WORK/soft1.jsonl" --seed 11 --epochs 2 --lr 1e-4
train --all --name student2 --soft "$WORK/soft1.jsonl" --aux "$WORK"/aux/*.jsonl --seed 11 --epochs 1 --lr 1e-4

# Second teachers: the students on everything that was read, less one fold.
READ=(--encoded "$WORK/train.jsonl" "$WORK/readings.jsonl")
SECOND=()
for i in 1 2; do
    train "${READ[@]}" --name "second$i" --folds "$FOLDS" --fold 0 --init "$WORK/student$i.safetensors" \
        --seed 21 --epochs 2 --lr 6e-5 --head-lr 2
    SECOND+=("$WORK/second$i.safetensors")
done
predict "$WORK/soft2.jsonl" "$WORK/unread.jsonl" "${SECOND[@]}"
train --all --name student3 --soft "$WORK/soft2.jsonl" --init "$WORK/student1.safetensors" \
    --seed 12 --epochs 1 --lr 6e-5 --head-lr 2

# The model: everything that was read, whole, and with one fold left out at a time; the mean
# of their weights; and a short last stage on the rows drawn at random and the authored posts.
LAST=("${READ[@]}" "$WORK/authored.jsonl" --seed 31 --epochs 2 --lr 6e-5 --head-lr 2 --init "$WORK/student3.safetensors")
MEAN=("$WORK/final.safetensors")
for ((i = 0; i < HELD; i++)); do
    train "${LAST[@]}" --name "held$i" --folds "$FOLDS" --fold "$i"
    MEAN+=("$WORK/held$i.safetensors")
done
train "${LAST[@]}" --name final --all
[ -s "$WORK/mean.safetensors" ] || "$PYTHON" training/average.py --weights "${MEAN[@]}" --out "$WORK/mean.safetensors"
grep "^{\"id\":\"$RANDOM_IDS" "$WORK/train.jsonl" > "$WORK/random.jsonl"
SHORT=(--encoded "$WORK/random.jsonl" "$WORK/authored.jsonl" --epochs 1 --lr 3e-5 --head-lr 2 --seed 51)
train "${SHORT[@]}" --name tuned --all --init "$WORK/mean.safetensors"

# How far to trust it: the same without the students, whose teachers saw the rows held out.
train "${READ[@]}" "$WORK/authored.jsonl" --name clean0 --folds "$FOLDS" --fold 0 --seed 41 --epochs 2 --lr 1e-4
train "${SHORT[@]}" --name cleaned0 --folds "$FOLDS" --fold 0 --init "$WORK/clean0.safetensors"
grep "^{\"id\":\"$RANDOM_IDS" "$WORK/cleaned0.oof.jsonl" > "$WORK/oof.jsonl"
"$PYTHON" training/metrics.py --encoded "$WORK/train.jsonl" --logits "$WORK/oof.jsonl"

if [ ! -s "$MODEL/manifest.toml" ] || [ "$WORK/tuned.safetensors" -nt "$MODEL/manifest.toml" ]; then
    "$PYTHON" training/export.py --weights "$WORK/tuned.safetensors" --encoded "$WORK/train.jsonl" \
        --name "$NAME" --out "$MODEL"
fi

# Calibration and operating points, on the held-out logits of the rows drawn at random.
cargo run --release --quiet -- fit "$DATA/train.jsonl" --logits "$WORK/oof.jsonl" --ids "$RANDOM_IDS" --model "$MODEL"
