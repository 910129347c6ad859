"""Posts a second of one peer, from text to the mean of the encoder, as one line of JSON.

    python peers.py FEED --peer ort-int8 --threads 2 --onnx DIR --passes 5

Posts are sorted by tokens, 32 a batch, padded to the longest of the batch: the fastest
arrangement of these peers. With two threads, ONNX Runtime gets one session a thread.
"""

import argparse
import concurrent.futures
import json
import pathlib
import statistics
import time

import numpy as np

import minilm

BATCH = 32


def batches(texts, tokenizer):
    """Ids and masks, like lengths together."""
    rows = sorted((encoding.ids for encoding in tokenizer.encode_batch(texts)), key=len)
    for start in range(0, len(rows), BATCH):
        part = rows[start : start + BATCH]
        width = len(part[-1])
        ids = np.zeros((len(part), width), np.int64)
        mask = np.zeros_like(ids)
        for at, row in enumerate(part):
            ids[at, : len(row)], mask[at, : len(row)] = row, 1
        yield ids, mask


def ort(path, threads):
    """ONNX Runtime: a session of one thread for each caller."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    pool = concurrent.futures.ThreadPoolExecutor(threads)
    return lambda parts: list(pool.map(lambda part: session.run(None, {"ids": part[0], "mask": part[1]}), parts))


def torch_fp32(threads):
    """PyTorch on floats."""
    import torch

    torch.set_num_threads(threads)
    encoder = minilm.load()

    def run(parts):
        with torch.inference_mode():
            return [encoder(torch.from_numpy(ids), torch.from_numpy(mask)) for ids, mask in parts]

    return run


def main():
    args = argparse.ArgumentParser()
    args.add_argument("feed", type=pathlib.Path)
    args.add_argument("--peer", choices=["ort-int8", "ort-fp32", "torch-fp32"], required=True)
    args.add_argument("--name", help="what to call it in the table [default: the peer]")
    args.add_argument("--threads", type=int, default=1)
    args.add_argument("--onnx", type=pathlib.Path)
    args.add_argument("--passes", type=int, default=5)
    args.add_argument("--cpu", action="store_true", help="count processor time: for a machine that is shared")
    args = args.parse_args()
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(minilm.folder() / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(128)
    texts = [json.loads(line)["text"] for line in args.feed.read_text().splitlines()]
    if args.peer == "torch-fp32":
        run = torch_fp32(args.threads)
    else:
        run = ort(str(args.onnx / f"{args.peer.removeprefix('ort-')}.onnx"), args.threads)
    rates, clock = [], time.process_time if args.cpu else time.perf_counter
    for turn in range(args.passes + 1):
        start = clock()
        run(list(batches(texts, tokenizer)))
        if turn:  # the first one warms up
            rates.append(len(texts) / (clock() - start))
    print(json.dumps({"name": args.name or args.peer, "threads": args.threads, "posts_per_second": statistics.median(rates)}))


if __name__ == "__main__":
    main()
