"""Medians and ratios of what `run.sh` measured, as a Markdown table. What ran on AVX2 alone is
compared with ONNX Runtime on AVX2 alone."""

import collections
import json
import statistics
import sys

rates = collections.defaultdict(list)
for line in open(sys.argv[1]):
    row = json.loads(line)
    rates[row["threads"], row["name"]].append(row["posts_per_second"])
    if "encoder" in row:
        rates[row["threads"], row["name"] + ", encoder alone"].append(row["encoder"])
print("| threads | what | posts/s, median (least to most) | of ONNX Runtime int8 |\n| --- | --- | --- | --- |")
for (threads, name), values in sorted(rates.items()):
    base = "ort-int8-avx2" if "avx2" in name else "ort-int8"
    median, base = statistics.median(values), statistics.median(rates[threads, base])
    print(f"| {threads} | {name} | {median:.0f} ({min(values):.0f} to {max(values):.0f}) | {median / base:.2f} |")
