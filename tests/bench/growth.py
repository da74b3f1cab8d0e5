#!/usr/bin/python3
"""Measures how processor time and memory of each command grow with the index and with the log: exponents, from runs of
one machine.

Use: tests/bench/growth.py [--demo build/demo] [--work build/bench/growth] [--tool
    build/release/index_tools/xapian-irgan] [--times 1,10] [--own-words 0] [--parts documents,log]
Needs what index_tools/demo.sh left in build/demo: packages.jsonl, queries, a day's log, and a model.

The index holds the demo's documents `times` times, each copy under a name of its own; the log holds the demo's first
day `times` times, each copy's sessions and queries under names of their own. An exponent of 1 is linear: ten times
the input, ten times the time. With --own-words .25 a quarter of the words of each copy are no other's, so that the
index has more terms, too. --parts names what grows, documents or log, or both: one after the other.
"""
import argparse
import json
import math
import multiprocessing
import os
import pathlib
import re
import subprocess
import sys
import zlib


def measured(words, out):
    """Runs a command; returns its seconds of processor time and its peak memory in MB."""
    with open(out, "w") as file:
        process = subprocess.Popen([str(word) for word in words], stdout=file, stderr=subprocess.STDOUT)
        _, status, usage = os.wait4(process.pid, 0)
    if os.waitstatus_to_exitcode(status) != 0:
        sys.exit(f"{' '.join(map(str, words))}\n{pathlib.Path(out).read_text()[-2000:]}")
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def write_documents(source, path, times, own_words):
    def own(copy, word):
        share = zlib.crc32(f"{copy} {word[0].lower()}".encode()) / 2**32
        return f"{word[0]}qx{copy}" if share < own_words else word[0]

    with open(path, "w") as out:
        for copy in range(times):
            for line in open(source):
                document = json.loads(line)
                if copy:
                    document["id"] += f"_{copy}"  # which no package has in its name
                    for field in ("name", "summary", "description") if own_words else ():
                        document[field] = re.sub("[A-Za-z]{3,}", lambda word: own(copy, word), document[field])
                    document["name"] += f" copy{copy}"
                out.write(json.dumps(document) + "\n")


def write_log(source, queries, folder, times):
    """Copies queries and their log, under other ids, sessions and words."""
    text = subprocess.run(["zstd", "-dc", source], check=True, capture_output=True, text=True).stdout.splitlines()
    columns = text[0].split("\t")
    query, session = columns.index("query_id"), columns.index("session")
    with open(folder / "clicks.tsv", "w") as out, open(folder / "queries.tsv", "w") as asked:
        out.write(text[0] + "\n")
        for copy in range(times):
            for line in open(queries):
                name, words = line.rstrip("\n").split("\t", 1)
                asked.write(f"{name}-{copy}\t{words}\n" if copy else line)
            for line in text[1:]:
                fields = line.split("\t")
                if copy:
                    fields[query] += f"-{copy}"
                    fields[session] += f"-{copy}"
                out.write("\t".join(fields) + "\n")


def in_a_process(work, *arguments):
    """Works in another process, since what this one once took in memory would count for the commands that it starts."""
    process = multiprocessing.Process(target=work, args=arguments)
    process.start()
    process.join()
    if process.exitcode != 0:
        sys.exit(f"{work.__name__} failed")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--demo", default="build/demo")
    parser.add_argument("--work", default="build/bench/growth")
    parser.add_argument("--tool", default="build/release/index_tools/xapian-irgan")
    parser.add_argument("--times", default="1,10")
    parser.add_argument("--own-words", type=float, default=0.0, metavar="SHARE")
    parser.add_argument("--parts", default="documents,log")
    options = parser.parse_args()
    demo, tool = pathlib.Path(options.demo), options.tool
    sizes = [int(size) for size in options.times.split(",")]
    parts = options.parts.split(",")
    if not set(parts) <= {"documents", "log"}:
        parser.error(f"--parts {options.parts}: documents and log are known")
    results = {}
    for size in sizes:
        folder = pathlib.Path(options.work) / str(size)
        folder.mkdir(parents=True, exist_ok=True)
        if "documents" in parts:
            in_a_process(write_documents, demo / "packages.jsonl", folder / "documents.jsonl", size,
                         options.own_words)
        if "log" in parts:
            in_a_process(write_log, demo / "clicks.1.tsv.zst", demo / "queries.train.tsv", folder, size)
        db, log = folder / "db", ["--queries", folder / "queries.tsv", "--clicks", folder / "clicks.tsv"]
        few = ["--queries", demo / "queries.train.tsv"]
        model = folder / "model"
        # Of documents (the demo's queries and log, a larger index), then of the log (a larger one, the demo's index).
        commands = {
            "index, by documents": [
                "index",
                "--overwrite",
                "--db",
                db,
                "--field",
                "name=S",
                "--field",
                "summary=XS",
                "--field",
                "description=XD",
                "--value",
                "reverse_dependencies=0",
                folder / "documents.jsonl",
            ],
            "annotate --field-lengths, by documents": ["annotate", "--db", db, "--field-lengths"],
            "vectors, by documents": ["vectors", "--db", db, "--out", folder / "vectors"],
            "features, by documents": [
                "features",
                "--db",
                db,
                *few,
                "--clicks",
                demo / "clicks.1.tsv.zst",
                "--out",
                folder / "rows",
            ],
            "train, by documents": [
                "train",
                "--db",
                db,
                *few,
                "--clicks",
                demo / "clicks.1.tsv.zst",
                "--restart",
                "--force",
                "--model",
                model,
            ],
            "rerank, by documents": ["rerank", "--db", db, *few, "--model", model, "--out", folder / "run"],
            "mine, by documents": [
                "mine",
                "--db",
                db,
                *few,
                "--clicks",
                demo / "clicks.1.tsv.zst",
                "--model",
                model,
                "--format",
                "ids",
                "--restart",
                "--out",
                folder / "negatives",
            ],
            "check, by log": ["check", *log],
            "memory, by log": ["memory", *log, "--out", folder / "memory"],
            "features, by log": ["features", "--db", demo / "packages.db", *log, "--out", folder / "rows"],
            "train, by log": [
                "train",
                "--db",
                demo / "packages.db",
                *log,
                "--restart",
                "--force",
                "--model",
                folder / "model.log",
            ],
        }
        for name, words in commands.items():
            if name.rsplit(" ", 1)[1] not in parts:
                continue
            results[name, size] = measured([tool, *words], folder / "out")
            print(
                f"{size} times: {name}: {results[name, size][0]:.2f} s, {results[name, size][1]:.0f} MB",
                file=sys.stderr,
            )
    print("| command | " + " | ".join(f"{size} times" for size in sizes) + " | exponent of time | of memory |")
    print("|---|" + "---|" * (len(sizes) + 2))
    for name in dict.fromkeys(key[0] for key in results):
        first, last = results[name, sizes[0]], results[name, sizes[-1]]
        growth = math.log(sizes[-1] / sizes[0])
        cells = " | ".join(f"{results[name, size][0]:.1f} s, {results[name, size][1]:.0f} MB" for size in sizes)
        time_exponent = math.log(last[0] / first[0]) / growth
        memory_exponent = math.log(last[1] / first[1]) / growth
        print(f"| {name} | {cells} | {time_exponent:.2f} | {memory_exponent:.2f} |")


if __name__ == "__main__":
    main()
