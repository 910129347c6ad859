#!/usr/bin/env bash
# From labelled texts to models/NAME. Stops anywhere and resumes: a stage is skipped when
# its output exists, and a training run goes on from its checkpoint.
#   DATA=folder training/run.sh
# DATA holds train.jsonl, unlabelled.jsonl and aux/*.jsonl, and dev.jsonl if there is a set kept for measuring.
set -euo pipefail
cd "$(dirname "$0")/.."

: "${DATA:?folder that holds train.jsonl, unlabelled.jsonl and aux/}"
WORK=${WORK:-training/work}
NAME=${NAME:-crossbench-l4}
FOLDS=${FOLDS:-4}
HELD=${HELD:-2}                   # models with one fold left out that go into the mean
TEACHER=${TEACHER:-$WORK/base}     # folder of the larger teacher's base model
PYTHON=${PYTHON:-python3}
RANDOM_IDS=${RANDOM_IDS:-t}       # first letters of the ids of rows drawn at random
MODEL=models/$NAME

mkdir -p "$WORK/aux"
[ -s "$TEACHER/model.safetensors" ] || "$PYTHON" training/teacher_base.py --out "$TEACHER"
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
WITHOUT=()
[ -s "$DATA/dev.jsonl" ] && encode "$DATA/dev.jsonl" "$WORK/dev.jsonl" && WITHOUT=(--without "$WORK/dev.jsonl")
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

# The small model: four of the six layers, a third of their inner units, trained to end in the
# same states. It learns the labels, the mean opinion of the six layers and of a larger teacher
# on the texts that nobody read, and what the six layers say of everything, in the end also of
# the texts of neighbouring tasks. One part in twelve of the texts that nobody read is left out
# of it, to set the gates of its exit on.
HELD_TEXTS=12
train --encoded "$WORK/train.jsonl" --folds "$FOLDS" --fold 0 --always "$WORK/readings.jsonl" "$WORK/authored.jsonl" \
    --name teacher --teacher "$TEACHER" --freeze 6 --seed 61 --epochs 1 --lr 5e-5
"$PYTHON" training/split.py --encoded "$WORK/unread.jsonl" --part "$HELD_TEXTS" --out "$WORK/unread.kept.jsonl" --held "$WORK/unread.held.jsonl"
predict "$WORK/soft3.jsonl" "$WORK/unread.kept.jsonl" "$WORK/tuned.safetensors" "$WORK/teacher.safetensors"
[ -s "$WORK/shrunk.safetensors" ] || "$PYTHON" training/shrink.py --weights "$WORK/tuned.safetensors" \
    --encoded "$WORK/train.jsonl" --sample 200 --layers 1 2 3 5 --ffn 512 --out "$WORK/shrunk.safetensors"
LIKE=("${READ[@]}" "$WORK/authored.jsonl" --all --like "$WORK/tuned.safetensors" --soft "$WORK/soft3.jsonl"
    --head-lr 1 --dropout 0 "${WITHOUT[@]}")
train "${LIKE[@]}" --name small --init "$WORK/shrunk.safetensors" --exits 2 --seed 91 --epochs 3 --lr 2.5e-4
train "${LIKE[@]}" --name shipped --init "$WORK/small.safetensors" --unread "$WORK"/aux/*.jsonl --seed 95 --epochs 1 --lr 2e-4

if [ ! -s "$MODEL/manifest.toml" ] || [ "$WORK/shipped.safetensors" -nt "$MODEL/manifest.toml" ]; then
    "$PYTHON" training/export.py --weights "$WORK/shipped.safetensors" --encoded "$WORK/train.jsonl" \
        --name "$NAME" --out "$MODEL"
fi

# Calibration and operating points, on the held-out logits of the rows drawn at random: those of
# six layers, which the small model repeats. Gates, on what the small model says of texts it has
# not seen.
cargo run --release --quiet -- fit "$DATA/train.jsonl" --logits "$WORK/oof.jsonl" --ids "$RANDOM_IDS" --model "$MODEL"
[ -s "$WORK/gates.jsonl" ] || "$PYTHON" training/predict.py --encoded "$WORK/unread.held.jsonl" --weights "$WORK/shipped.safetensors" --out "$WORK/gates.jsonl"
cargo run --release --quiet -- fit "$WORK/unread.texts.jsonl" --logits "$WORK/gates.jsonl" --gates-alone --model "$MODEL"
