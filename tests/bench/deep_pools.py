#!/usr/bin/python3
"""Where the game could pay: pools too deep to score in full. CPU time to equal validation quality, and quality on test
queries.

Use: tests/bench/deep_pools.py --work DIR [--demo build/demo] [--depth 1000] [--samples 32] [--negatives 8] [--seeds 1]
     [--train N] [--valid N] [--test N]
Needs build/release and what index_tools/demo.sh left in build/demo: the catalogue of Debian's packages with true
labels.

Every method learns from the same rows, held in memory; only what it must score differs. Time is the processor time of
training, validation after each epoch included, reading the rows left out.
"""
import argparse
import collections
import os
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
TOOL = os.path.join(ROOT, "build/release/index_tools/xapian-irgan")


def methods(samples, negatives):
    drawn = ["--samples", str(samples), "--negatives", str(negatives)]
    cheap = ["--generator-features", "cheap", "--generator-hidden", "16,8"]
    return collections.OrderedDict([
        ("softmax, whole pool", ["--objective", "softmax"]),
        ("random negatives", drawn + ["--sampler", "uniform"]),
        ("BM25 negatives", drawn + ["--sampler", "bm25"]),
        ("generator", drawn),
        ("generator, cheap rows", drawn + cheap),
    ])


def processor_seconds(pid):
    with open(f"/proc/{pid}/stat") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def prepare(args, part, count):
    path = f"{args.work}/{part}.{args.depth}.{count or 'all'}"
    if not os.path.exists(path):
        queries = f"{args.demo}/queries.{part}.tsv"
        if count:
            with open(queries) as file:
                lines = file.readlines()
            queries = f"{args.work}/queries.{part}.{count}"
            with open(queries, "w") as file:
                file.writelines(lines[:: max(1, len(lines) // count)][:count])
        subprocess.run([TOOL, "features", "--db", f"{args.demo}/packages.db", "--queries", queries, "--qrels",
                        f"{args.demo}/qrels.{part}.txt", "--depth", str(args.depth), "--out", path],
                       check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return path


def train(args, train_rows, valid_rows, model, seed, options):
    """Returns [(processor seconds since the first epoch began, validation)], an epoch each."""
    command = [TOOL, "train", "--data", train_rows, "--valid", valid_rows, "--model", model, "--restart",
               "--seed", str(seed), "--epochs", str(args.epochs), *options]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, bufsize=1)
    start, epochs = None, []
    for line in process.stdout:
        words = line.split()
        if line.startswith("training on"):
            start = processor_seconds(process.pid)
        elif len(words) == 5 and words[0].isdigit():
            epochs.append((processor_seconds(process.pid) - start, float(words[1])))
    if process.wait() != 0 and not os.path.exists(model + ".refused"):
        sys.exit(f"train {options} failed")
    return epochs


def test_quality(args, model, rows):
    run = f"{args.work}/test.run"
    path = model if os.path.exists(model) else model + ".refused"
    subprocess.run([TOOL, "score", "--model", path, "--data", rows, "--out", run], check=True,
                   stdout=subprocess.DEVNULL)
    with open(run) as file:
        tested = {line.split()[0] for line in file}
    with open(f"{args.demo}/qrels.test.txt") as judgments, open(f"{args.work}/qrels", "w") as file:
        file.writelines(line for line in judgments if line.split()[0] in tested)
    text = subprocess.run([TOOL, "evaluate", "--qrels", f"{args.work}/qrels", "--measures", "ndcg@10", run], check=True,
                          stdout=subprocess.PIPE, text=True).stdout
    return float(text.splitlines()[1].split()[1])


def main():
    args = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    args.add_argument("--work", required=True, help="folder for rows and models")
    args.add_argument("--demo", default=os.path.join(ROOT, "build/demo"))
    for name, default in (("depth", 1000), ("samples", 32), ("negatives", 8), ("seeds", 1), ("train", 0), ("valid", 0),
                          ("test", 0), ("epochs", 80)):
        args.add_argument("--" + name, type=int, default=default)
    args.add_argument("--share", type=float, default=0.95,
                      help="of the softmax's best validation: the quality to reach")
    args = args.parse_args()
    os.makedirs(args.work, exist_ok=True)
    train_rows, valid_rows, test_rows = (prepare(args, part, getattr(args, part))
                                         for part in ("train", "valid", "test"))
    num_negatives = args.samples * args.negatives
    print(f"depth {args.depth}, {args.samples} positives and {num_negatives} negatives drawn a query\n\n"
          f"| | CPU s an epoch | best validation | CPU s to {args.share:.0%} of the softmax's best | test nDCG@10 |\n"
          "|---|---|---|---|---|")
    target = None
    for name, options in methods(args.samples, args.negatives).items():
        runs = []
        for seed in range(1, args.seeds + 1):
            model = f"{args.work}/model"
            for left in (model, model + ".refused"):
                if os.path.exists(left):
                    os.remove(left)
            epochs = train(args, train_rows, valid_rows, model, seed, options)
            if target is None:
                target = args.share * max(v for _, v in epochs)
            reached = next((f"{t:.1f}" for t, v in epochs if v >= target), "never")
            runs.append(
                (epochs[-1][0] / len(epochs), max(v for _, v in epochs), reached, test_quality(args, model, test_rows)))
        mean = lambda i: sum(run[i] for run in runs) / len(runs)
        print(f"| {name} | {mean(0):.2f} | {mean(1):.4f} | {', '.join(run[2] for run in runs)} | {mean(3):.4f} |",
              flush=True)


main()
