"""Fine-tunes the scorer on encoded rows (see `crossbench encode`).

    python training/train.py --encoded train.encoded.jsonl --out WORK --seed 1 --folds 5 --fold 0
    python training/train.py --encoded train.encoded.jsonl --out WORK --seed 1 --all

A run writes NAME.safetensors, NAME.meta.json, NAME.log.jsonl and, for a fold,
NAME.oof.jsonl with the logits of the rows held out, also those at the exits. It resumes from NAME.ckpt.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import math
import os
import random
import time
from collections import Counter
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

import metrics
import model as M

ORDINAL = len(M.ORDINALS)
REFRESH = 64  # steps between new pools of dropout masks


def arguments() -> argparse.Namespace:
    p = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    p.add_argument("--encoded", type=Path, nargs="*", default=[], help="labelled rows")
    p.add_argument("--always", type=Path, nargs="*", default=[],
                   help="labelled rows of which no fold is left out, but for those equal to a row that is")
    p.add_argument("--without", type=Path, nargs="*", default=[],
                   help="encoded rows of texts that are kept for measuring: rows equal to one are left out")
    p.add_argument("--out", type=Path, required=True, help="working folder")
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--folds", type=int, default=5)
    which = p.add_mutually_exclusive_group(required=True)
    which.add_argument("--fold", type=int)
    which.add_argument("--all", action="store_true", help="train on every row")
    p.add_argument("--name", help="name of the run (default fold<i> or all)")
    p.add_argument("--base", type=Path, help="base model.safetensors (default: from its package)")
    p.add_argument("--vocab", type=Path, help="vocab.txt of the base model")
    p.add_argument("--teacher", type=Path, metavar="FOLDER",
                   help="train the teacher's shape, from the base model in this folder")
    p.add_argument("--freeze", type=int, default=0, metavar="N",
                   help="leave the words and the first N layers as they are")
    p.add_argument("--init", type=Path, help="start from these trained weights instead")
    p.add_argument("--epochs", type=int, default=4)
    p.add_argument("--lr", type=float, default=5e-5)
    p.add_argument("--head-lr", type=float, default=10.0, help="factor on --lr for the head")
    p.add_argument("--layer-decay", type=float, default=1.0,
                   help="factor on --lr from each layer to the one below it")
    p.add_argument("--batch", type=int, default=32)
    p.add_argument("--warmup", type=float, default=0.06)
    p.add_argument("--weight-decay", type=float, default=0.01)
    p.add_argument("--clip", type=float, default=1.0)
    p.add_argument("--dropout", type=float, default=0.1)
    p.add_argument("--reason-weight", type=float, default=0.3,
                   help="weight of each reason output against an ordinal output")
    p.add_argument("--exits", type=int, nargs="*", default=[], metavar="N",
                   help="heads after these layers too, at which a text may leave")
    p.add_argument("--exit-weight", type=float, default=0.2,
                   help="weight of the loss at each exit against that after the last layer")
    p.add_argument("--like", type=Path, metavar="WEIGHTS",
                   help="trained weights of the same width whose last states and logits are to be met too")
    p.add_argument("--like-weight", type=float, default=1.0,
                   help="weight of the distance from those states, against the loss after the last layer")
    p.add_argument("--like-share", type=float, default=0.5,
                   help="share of those logits in the targets of labelled rows")
    p.add_argument("--firm", type=Path, nargs="*", default=[],
                   help="labelled rows of which the labels alone count, not what those weights make of them")
    p.add_argument("--unread", type=Path, nargs="*", default=[],
                   help="extra rows of which those weights alone say something: ids")
    p.add_argument("--soft", type=Path, nargs="*", default=[],
                   help="extra rows: id, ids, logits, optional weight")
    p.add_argument("--soft-weight", type=float, default=1.0)
    p.add_argument("--aux", type=Path, nargs="*", default=[],
                   help="encoded rows of neighbouring tasks (ids, label), a head of its own for each file")
    p.add_argument("--aux-weight", type=float, default=0.5)
    p.add_argument("--checkpoint-every", type=int, default=200)
    p.add_argument("--eval-every-epoch", type=int, default=1, help="0: only at the end")
    p.add_argument("--max-steps", type=int, default=0, help="stop early (smoke tests)")
    p.add_argument("--threads", type=int, default=os.cpu_count() or 1)
    p.add_argument("--device", default="cpu")
    p.add_argument("--fp32", action="store_true", help="no bf16 autocast")
    return p.parse_args()


# Data.

def labelled(paths: list[Path]) -> list[dict]:
    return [r for path in paths for r in M.read_jsonl(path) if r.get("controversy") is not None]


def targets_of(row: dict) -> list[float]:
    c, m = int(row["controversy"]), int(row["misleading"])
    codes = row.get("reasons") or ""
    return [float(c >= 1), float(c >= 2), float(m >= 1), float(m >= 2)] + [
        float(code in codes) for code in M.REASONS]


def fold_of(rows: list[dict], folds: int) -> list[int]:
    """Fold by a hash of the id; equal token sequences share the least id among them."""
    least: dict[tuple, str] = {}
    for row in rows:
        key = tuple(row["ids"])
        least[key] = min(least.get(key, row["id"]), row["id"])
    digest = {i: hashlib.sha256(i.encode()).digest() for i in set(least.values())}
    return [int.from_bytes(digest[least[tuple(row["ids"])]][:8], "big") % folds for row in rows]


def sigmoid(values: list[float]) -> list[float]:
    return [1 / (1 + math.exp(-max(-30.0, min(30.0, v)))) for v in values]


def aux_targets(rows: list[dict]) -> list[list[float]]:
    """Targets of a neighbouring task: a score becomes its place between the least and the
    greatest, labels joined by `|` one output each."""
    labels = [row["label"] for row in rows]
    if any(isinstance(label, float) for label in labels):
        low, high = min(labels), max(labels)
        return [[(label - low) / (high - low)] for label in labels]
    names = sorted({part for label in labels for part in str(label).split("|")})
    return [[float(name in str(label).split("|")) for name in names] for label in labels]


class Examples:
    def __init__(self):
        self.ids: list[list[int]] = []
        self.tasks: list[int] = []  # 0: the four levels and the reasons; n: aux file n
        self.targets: list[list[float]] = []
        self.weights: list[float] = []
        self.shares: list[float] = []  # of the opinion of `--like` in the targets
        self.nears: list[float] = []  # 1: to end in the states of `--like` too

    def add(self, ids, targets, weight, task=0, share=0.0, near=1.0):
        self.ids.append(ids)
        self.tasks.append(task)
        self.targets.append(targets)
        self.weights.append(weight)
        self.shares.append(share)
        self.nears.append(near)

    def freeze(self):
        widest = max(map(len, self.targets))
        self.target = torch.tensor([row + [0.0] * (widest - len(row)) for row in self.targets])
        self.task = torch.tensor(self.tasks)
        self.weight = torch.tensor(self.weights)
        self.share = torch.tensor(self.shares)
        self.near = torch.tensor(self.nears)

    def batches(self, size: int, seed: int) -> list[list[int]]:
        """A seeded shuffle, sorted by length within chunks of 50 batches, and the batches
        shuffled again: little padding, and still a random order."""
        rng = random.Random(seed)
        order = list(range(len(self.ids)))
        rng.shuffle(order)
        out = []
        for start in range(0, len(order), 50 * size):
            chunk = sorted(order[start : start + 50 * size], key=lambda i: len(self.ids[i]))
            out += [chunk[i : i + size] for i in range(0, len(chunk), size)]
        rng.shuffle(out)
        return out


# Optimiser.

class RowAdam:
    """Adam on the rows of the word embeddings that a batch uses; the others rest.
    The table is half of all weights, and a batch touches two per cent of it."""

    def __init__(self, weight: torch.Tensor, betas=(0.9, 0.999), eps=1e-8):
        self.weight, self.betas, self.eps = weight.detach(), betas, eps
        self.m, self.v = torch.zeros_like(self.weight), torch.zeros_like(self.weight)
        self.step_count = 0

    def step(self, index: torch.Tensor, grad: torch.Tensor, lr: float) -> None:
        b1, b2 = self.betas
        self.step_count += 1
        m = self.m[index].mul_(b1).add_(grad, alpha=1 - b1)
        v = self.v[index].mul_(b2).addcmul_(grad, grad, value=1 - b2)
        self.m[index], self.v[index] = m, v
        scale = lr / (1 - b1**self.step_count)
        root = (v / (1 - b2**self.step_count)).sqrt_().add_(self.eps)
        self.weight[index] -= scale * m / root

    def state_dict(self):
        return {"m": self.m, "v": self.v, "step": self.step_count}

    def load_state_dict(self, state):
        self.m.copy_(state["m"])
        self.v.copy_(state["v"])
        self.step_count = state["step"]


def depth_of(name: str, layers: int) -> int:
    """Layers between a parameter and the head."""
    if name.startswith("layers."):
        return layers - 1 - int(name.split(".")[1])
    return 0 if name.startswith(("head.", "exits.")) else layers


def optimiser_for(net: M.Scorer, heads: torch.nn.ModuleList, args) -> tuple[torch.optim.AdamW, list[torch.nn.Parameter]]:
    groups: dict[tuple, list] = {}
    for name, parameter in [*net.named_parameters(), *heads.named_parameters(prefix="head")]:
        if not parameter.requires_grad:
            continue
        lr = args.lr * args.layer_decay ** depth_of(name, net.shape.layers)
        if name.startswith(("head.", "exits.")):
            lr *= args.head_lr
        decay = args.weight_decay if parameter.dim() == 2 and "position" not in name else 0.0
        groups.setdefault((lr, decay), []).append(parameter)
    dense = [p for group in groups.values() for p in group]
    optimiser = torch.optim.AdamW(
        [{"params": ps, "lr": lr, "weight_decay": wd, "peak": lr} for (lr, wd), ps in groups.items()],
        fused=True)
    return optimiser, dense


def aux_loss(heads, pooled, target, task) -> torch.Tensor:
    """Binary cross-entropy of each aux head on its own rows, weighed by their number."""
    total = pooled.new_zeros(())
    for number, head in enumerate(heads, start=1):
        own = (task == number).nonzero().squeeze(1)
        if len(own):
            each = F.binary_cross_entropy_with_logits(head(pooled[own]), target[own, : head.out_features])
            total = total + each * len(own)
    return total / len(task)


def loss_of(logits, target, weight, reason_weight):
    """Mean over the ordinal outputs, plus the reasons at `reason_weight` each."""
    each = F.binary_cross_entropy_with_logits(logits, target[:, : logits.shape[1]], reduction="none")
    row = each[:, :ORDINAL].sum(1) + reason_weight * each[:, ORDINAL:].sum(1)
    return (row * weight).sum() / (ORDINAL * len(row))


def distance(states, wanted, mask, near) -> torch.Tensor:
    """Mean square of the distance between states [n, length, hidden] of real tokens, in
    units of the mean square of those wanted; of the rows where `near` [n] is 1."""
    real = torch.ones(states.shape[:2], device=states.device) if mask is None else mask.float()
    real = real * near[:, None]

    def square(x):
        return (x.float().square().sum(2) * real).sum()

    return square(states.float() - wanted.float()) / square(wanted).clamp_min(1e-6)


# The run.

def main() -> None:
    args = arguments()
    M.tune_cpu(args.threads)
    args.out.mkdir(parents=True, exist_ok=True)
    name = args.name or ("all" if args.all else f"fold{args.fold}")
    weights_file, checkpoint = args.out / f"{name}.safetensors", args.out / f"{name}.ckpt"
    oof_file = args.out / f"{name}.oof.jsonl"
    if weights_file.exists() and (args.all or oof_file.exists()):
        print(f"{name}: already trained")
        return

    if (args.unread or args.firm) and not args.like:
        raise SystemExit("--unread and --firm need --like")
    rows = labelled(args.encoded)
    always = labelled(args.always)
    firm = labelled(args.firm)
    ids = [r["id"] for r in rows + always + firm]
    if len(set(ids)) != len(ids):
        raise SystemExit("ids are not unique")
    held: list[dict] = []
    kept = list(rows)
    if not args.all:
        folds = fold_of(rows, args.folds)
        held = [r for r, f in zip(rows, folds) if f == args.fold]
        kept = [r for r, f in zip(rows, folds) if f != args.fold]

    examples = Examples()
    held_sequences = {tuple(r["ids"]) for r in held}
    held_sequences |= {tuple(r["ids"]) for path in args.without for r in M.read_jsonl(path)}
    kept += [r for r in always if tuple(r["ids"]) not in held_sequences]
    for row in kept:
        examples.add(row["ids"], targets_of(row), 1.0, share=args.like_share if args.like else 0.0)
    for row in firm:
        if tuple(row["ids"]) not in held_sequences:
            examples.add(row["ids"], targets_of(row), 1.0, near=0.0)
    n_soft = 0
    for path in args.soft:
        for row in M.read_jsonl(path):
            if tuple(row["ids"]) not in held_sequences:
                examples.add(row["ids"], sigmoid(row["logits"]),
                             args.soft_weight * row.get("weight", 1.0))
                n_soft += 1
    seen = set(held_sequences)
    for path in args.unread:
        for row in M.read_jsonl(path):
            if tuple(row["ids"]) not in seen:
                seen.add(tuple(row["ids"]))
                examples.add(row["ids"], [0.0] * len(M.OUTPUTS), 1.0, share=1.0)
                n_soft += 1
    widths = []
    for number, path in enumerate(args.aux, start=1):
        aux = M.read_jsonl(path)
        targets = aux_targets(aux)
        widths.append(len(targets[0]))
        for row, target in zip(aux, targets):
            if tuple(row["ids"]) not in held_sequences:
                examples.add(row["ids"], target, 1.0, number)
    n_aux = sum(task > 0 for task in examples.tasks)
    examples.freeze()

    inputs = {p.name: M.sha256(p) for p in
              [*args.encoded, *args.always, *args.firm, *args.without, *args.unread, *args.soft, *args.aux, *([args.init] if args.init else []), *([args.like] if args.like else [])]}
    ignored = {"out", "threads", "checkpoint_every", "eval_every_epoch", "encoded", "always", "firm", "without", "unread", "soft", "aux",
               "init", "like", "base", "vocab", "teacher", "name", "all", "max_steps"}
    settings = {k: v for k, v in vars(args).items() if k not in ignored}
    meta = {"run": name, "rows": len(kept) + len(firm), "soft_rows": n_soft, "aux_rows": n_aux, "held_out": len(held),
            "inputs": inputs, "settings": settings}
    fingerprint = hashlib.sha256(json.dumps(meta, sort_keys=True).encode()).hexdigest()

    torch.manual_seed(args.seed)
    if args.init:
        net = M.from_file(args.init, args.dropout, tuple(args.exits))
    elif args.teacher:
        net = M.from_teacher_base(args.teacher, args.vocab, args.dropout)
    else:
        net = M.from_base(args.base, args.vocab, args.dropout, tuple(args.exits))
    device = torch.device(args.device)
    net.to(device).train()
    heads = torch.nn.ModuleList(torch.nn.Linear(net.shape.hidden, width) for width in widths).to(device)
    like = M.from_file(args.like, 0.0).to(device).eval() if args.like else None
    table = net.embeddings.word.weight
    table.requires_grad_(False)
    if args.freeze:
        for part in (net.embeddings, *net.layers[: args.freeze]):
            part.requires_grad_(False)
    optimiser, dense = optimiser_for(net, heads, args)
    row_adam = RowAdam(table)
    table_lr = args.lr * args.layer_decay**net.shape.layers

    per_epoch = math.ceil(len(examples.ids) / args.batch)
    total = per_epoch * args.epochs
    warm = max(1, round(total * args.warmup))
    step, history = 0, []
    if checkpoint.exists():
        state = torch.load(checkpoint, map_location="cpu", weights_only=True)
        if state["fingerprint"] == fingerprint:
            net.load_state_dict(state["net"])
            heads.load_state_dict(state["heads"])
            optimiser.load_state_dict(state["optimiser"])
            row_adam.load_state_dict(state["rows"])
            torch.set_rng_state(state["rng"])
            step, history = state["step"], json.loads(state["history"])
            net.dropout.refresh(args.seed * 1_000_003 + step // REFRESH, device)
            print(f"{name}: resumed at step {step}", flush=True)
        else:
            print(f"{name}: the checkpoint is of another run, starting afresh", flush=True)
    lengths = sum(map(len, examples.ids)) / len(examples.ids)
    print(f"{name}: {len(kept)} rows, {n_soft} soft, {n_aux} aux, {len(held)} held out, {lengths:.1f} tokens "
          f"each, {total} steps, controversy {sorted(Counter(r['controversy'] for r in kept).items())}, "
          f"misleading {sorted(Counter(r['misleading'] for r in kept).items())}", flush=True)

    def save_checkpoint():
        partial = checkpoint.with_name(checkpoint.name + ".part")
        torch.save({"fingerprint": fingerprint, "net": net.state_dict(), "heads": heads.state_dict(),
                    "optimiser": optimiser.state_dict(), "rows": row_adam.state_dict(),
                    "rng": torch.get_rng_state(), "step": step,
                    "history": json.dumps(history)}, partial)
        partial.replace(checkpoint)

    def evaluate(bf16: bool):
        at_exits = M.all_logits_of(net, [r["ids"] for r in held], bf16=bf16)
        logits = at_exits[-1]
        target = torch.tensor([targets_of(r) for r in held])
        loss = loss_of(logits, target, torch.ones(len(held)), args.reason_weight)
        labels = np.array([[int(r[d]) for d in metrics.DIMENSIONS] for r in held])
        result = metrics.measure(logits.numpy(), labels)
        return at_exits, {"loss": round(float(loss), 4), **result}

    log = open(args.out / f"{name}.log.jsonl", "a", encoding="utf-8")

    def note(record: dict):
        line = json.dumps(record)
        log.write(line + "\n")
        log.flush()
        print(line, flush=True)

    stop = min(total, args.max_steps or total)
    since, seen, running = time.perf_counter(), 0, 0.0
    batches, batches_epoch = [], -1
    while step < stop:
        epoch, at = divmod(step, per_epoch)
        if epoch != batches_epoch:
            batches, batches_epoch = examples.batches(args.batch, args.seed * 1009 + epoch), epoch
        if step % REFRESH == 0:
            net.dropout.refresh(args.seed * 1_000_003 + step // REFRESH, device)
        chosen = batches[at]
        tokens, mask = M.pad([examples.ids[i] for i in chosen])
        index, inverse = torch.unique(tokens, return_inverse=True)
        index, inverse = index.to(device), inverse.to(device)
        mask = None if mask is None else mask.to(device)
        factor = (step + 1) / warm if step < warm else (total - step) / max(1, total - warm)

        used = table[index].requires_grad_(not args.freeze)
        target, task = examples.target[chosen].to(device), examples.task[chosen].to(device)
        weight = examples.weight[chosen].to(device) * (task == 0)
        with torch.autocast(device.type, dtype=torch.bfloat16, enabled=not args.fp32):
            states = net.encode(inverse, mask, words=F.embedding(inverse, used))
            pooled = net.means(states, mask)
            if like is not None:
                with torch.no_grad():
                    wanted = like.encode(tokens.to(device), mask)[-1:]
        if like is not None:
            with torch.no_grad():
                opinion = like.head(like.means(wanted, mask)[-1]).sigmoid()
                share = examples.share[chosen].to(device)[:, None]
                target[:, : len(M.OUTPUTS)] = (1 - share) * target[:, : len(M.OUTPUTS)] + share * opinion
        loss = loss_of(net.head(pooled[-1]), target, weight, args.reason_weight)
        for early in net.early(pooled):
            loss = loss + args.exit_weight * loss_of(early, target, weight, args.reason_weight)
        if like is not None:
            loss = loss + args.like_weight * distance(states[-1], wanted[-1], mask, examples.near[chosen].to(device))
        if len(heads):
            loss = loss + args.aux_weight * aux_loss(heads, pooled[-1], target, task)
        loss.backward()
        changed = dense if args.freeze else [*dense, used]
        torch.nn.utils.clip_grad_norm_(changed, args.clip, foreach=True)
        for group in optimiser.param_groups:
            group["lr"] = group["peak"] * factor
        optimiser.step()
        optimiser.zero_grad(set_to_none=True)
        if not args.freeze:
            row_adam.step(index, used.grad, table_lr * factor)

        step += 1
        seen += len(chosen)
        running += float(loss.detach()) * len(chosen)
        if not math.isfinite(running):
            raise SystemExit(f"{name}: the loss is not finite at step {step}")
        if step % 50 == 0 or step == stop:
            spent = time.perf_counter() - since
            note({"run": name, "step": step, "of": total, "epoch": round(step / per_epoch, 2),
                  "loss": round(running / seen, 4), "lr": round(args.lr * factor, 9),
                  "ex_per_s": round(seen / spent, 1)})
            since, seen, running = time.perf_counter(), 0, 0.0
        if step % per_epoch == 0 and step < total and held and args.eval_every_epoch:
            result = {"run": name, "epoch": step // per_epoch, **evaluate(bf16=not args.fp32)[1]}
            history.append(result)
            note(result)
            save_checkpoint()
            since, seen, running = time.perf_counter(), 0, 0.0
        elif step % args.checkpoint_every == 0 and step < stop:
            save_checkpoint()

    if stop < total:
        save_checkpoint()
        print(f"{name}: stopped at step {step} of {total} as asked")
        return
    if held:
        logits, result = evaluate(bf16=bool(args.teacher))
        history.append({"run": name, "epoch": args.epochs, **result})
        note(history[-1])
        M.write_jsonl(oof_file, M.records(net, held, logits))
    meta["history"] = history
    (args.out / f"{name}.meta.json").write_text(json.dumps(meta, indent=1) + "\n")
    M.save(net, weights_file)
    checkpoint.unlink(missing_ok=True)
    print(f"{name}: done")


if __name__ == "__main__":
    main()
