#!/usr/bin/python3
"""Measures what a site gains, or loses, that has judged next to nothing: 30 training queries of Cranfield, 30 to
choose by, ten splits.

Use: tests/bench/few_queries.py --data DIR [--work build/bench/few] [--tool build/release/index_tools/xapian-irgan]
    [--splits 10] [--queries 30]

Prints for each split nDCG@10 of the other queries: Xapian's order, a model of the first stage's candidates, and one
whose generator picks from the whole collection, with p of a paired test against Xapian's order.
"""
import argparse
import pathlib
import random
import re
import subprocess
import sys


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", required=True)
    parser.add_argument("--work", default="build/bench/few")
    parser.add_argument("--tool", default="build/release/index_tools/xapian-irgan")
    parser.add_argument("--splits", type=int, default=10)
    parser.add_argument("--queries", type=int, default=30)
    options = parser.parse_args()
    data, work = pathlib.Path(options.data) / "cranfield", pathlib.Path(options.work)
    work.mkdir(parents=True, exist_ok=True)

    def run(*words):
        done = subprocess.run([options.tool, *map(str, words)], capture_output=True, text=True)
        if done.returncode != 0:
            sys.exit(f"{' '.join(map(str, words))}\n{done.stderr}")
        return done.stdout

    db, vectors = work / "db", work / "vectors"
    run("index", "--overwrite", "--db", db, "--field", "title=S", "--field", "body=", data / "docs.jsonl")
    run("vectors", "--db", db, "--out", vectors)
    lines = [line for line in open(data / "queries.tsv") if line.strip()]
    judgments = [line.split() for line in open(data / "qrels.txt") if line.strip()]
    print("| split | Xapian | first stage's candidates | p | whole collection | p |\n|---|---|---|---|---|---|")
    below = 0
    for split in range(1, options.splits + 1):
        shuffled = random.Random(split).sample(lines, len(lines))
        parts = {
            "train": shuffled[: options.queries],
            "valid": shuffled[options.queries : 2 * options.queries],
            "test": shuffled[2 * options.queries :],
        }
        for part, queries in parts.items():
            (work / part).write_text("".join(queries))
        tested = {query.split("\t")[0] for query in parts["test"]}
        (work / "qrels").write_text("".join(" ".join(line) + "\n" for line in judgments if line[0] in tested))
        runs = [work / "xapian.run"]
        for name, extra in (("pool", []), ("collection", ["--vectors", vectors])):
            model = work / f"{name}.model"
            run(
                "train",
                "--db",
                db,
                "--queries",
                work / "train",
                "--valid-queries",
                work / "valid",
                "--qrels",
                data / "qrels.txt",
                "--force",
                "--restart",
                "--model",
                model,
                *extra,
            )
            runs.append(work / f"{name}.run")
            run(
                "rerank",
                "--db",
                db,
                "--model",
                model,
                "--queries",
                work / "test",
                "--out",
                runs[-1],
                "--baseline-out",
                runs[0],
                *extra,
            )
        table = run("evaluate", "--qrels", work / "qrels", "--measures", "ndcg@10", *runs)
        means = re.findall(r"\.run +([0-9.]+)$", table, re.MULTILINE)
        tests = re.findall(r"([+-][0-9.]+) p ([0-9.]+)", table)
        below += sum(float(difference) < 0 and float(p) < 0.05 for difference, p in tests)
        print(f"| {split} | {means[0]} | {means[1]} | {tests[0][1]} | {means[2]} | {tests[1][1]} |", flush=True)
    print(f"\nmodels measurably below Xapian's order: {below} of {2 * options.splits}")


if __name__ == "__main__":
    main()
