#!/usr/bin/env python3
"""Checks the names and types of every form that `xapian-irgan mine` writes, as the peers' loaders need them.

Use: tests/index_tools/negative_forms.py XAPIAN-IRGAN      (Python's standard library alone)
"""
import itertools
import json
import os
import random
import subprocess
import sys
import tempfile

TOOL = os.path.realpath(sys.argv[1])
WORDS = "amber birch copper delta ember flint garnet hazel indigo jasper kelp lilac maple nickel olive pearl".split()
N = 3  # negatives


def run(*command):
    done = subprocess.run([TOOL, *map(str, command)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))}\n{done.stdout}")


def make_site():
    chance = random.Random(1)
    with open("docs.jsonl", "w") as docs:
        for i in range(60):
            title = " ".join(chance.sample(WORDS, 3))
            body = " ".join(chance.sample(WORDS, 6)) + f" number{i}"
            docs.write(json.dumps({"id": f"d{i}", "title": title, "body": body}) + "\n")
    with open("queries", "w") as queries, open("qrels", "w") as qrels:
        for q, word in enumerate(WORDS):
            queries.write(f"q{q}\t{word} {WORDS[(q + 5) % 16]}\n")
            for document in chance.sample(range(60), 4):
                qrels.write(f"q{q} 0 d{document} 1\n")
    run("index", "--db", "db", "--field", "title=S", "--field", "body=", "docs.jsonl")


def text(value):
    return isinstance(value, str) and value != ""


def number(value):
    return value is None or (isinstance(value, float) or isinstance(value, int)) and not isinstance(value, bool)


def truth(value):
    return isinstance(value, bool)


def many(check, size=None):
    def is_list_of(value):
        return isinstance(value, list) and (size is None or len(value) == size) and all(check(v) for v in value)

    return is_list_of


def expected(form, content, scores, padded):
    """name -> check of the value, in the order of the columns."""
    negatives = [f"negative_{i + 1}" for i in range(N)]
    label = lambda value: value in (0, 1) and not isinstance(value, bool)
    graded = {"score": number} if scores else {"label": label}
    all_graded = {"scores": many(number)} if scores else {"labels": many(label)}
    columns, identified, scored, marks = {
        "triplet": ({"anchor": text, "positive": text, "negative": text},
                    ["anchor", "positive", "negative"],
                    {"scores": many(number, 2)}, truth),
        "n-tuple": ({"anchor": text, "positive": text, **{name: text for name in negatives}},
                    ["anchor", "positive", *negatives],
                    {"scores": many(number, N + 1)}, many(truth, N)),
        "labeled-pair": ({"anchor": text, "positive": text, **graded},
                         ["anchor", "positive"],
                         {}, truth),
        "labeled-list": ({"anchor": text, "positive": many(text), **all_graded},
                         ["anchor", "positive"],
                         {}, many(truth)),
        "flagembedding": ({"query": text, "pos": many(text), "neg": many(text)},
                          ["query", "pos", "neg"],
                          {"pos_scores": many(number), "neg_scores": many(number)}, many(truth)),
        "tevatron": ({"query_id": text, "query_text": text,
                      "positive_document_ids": many(text), "negative_document_ids": many(text)},
                     [],
                     {"positive_scores": many(number), "negative_scores": many(number)}, many(truth)),
    }[form]
    columns = dict(columns)
    if form == "tevatron" and content != "id":
        passages = many(lambda p: isinstance(p, dict) and list(p) == ["docid", "text"] and text(p["docid"])
                        and text(p["text"]))
        columns.update({"query": text, "positive_passages": passages, "negative_passages": passages})
    if content == "both":
        columns.update({name + "_id": columns[name] for name in identified})
    if scores:
        columns.update(scored)
    if padded:
        columns["padded"] = marks
    return columns


def check_rows(form, rows, columns):
    for row in rows:
        assert list(row) == list(columns), f"columns {list(row)}, not {list(columns)}"
        for name, check in columns.items():
            assert check(row[name]), f"{name}: {row[name]!r}"
        if form == "labeled-list" and "scores" in row:
            assert len(row["scores"]) == len(row["positive"])
        elif form == "labeled-list":
            assert len(row["labels"]) == len(row["positive"]) and row["labels"] == [1] + [0] * (len(row["labels"]) - 1)
        if form == "flagembedding" and "neg_scores" in row:
            assert len(row["neg_scores"]) == len(row["neg"]) and len(row["pos_scores"]) == len(row["pos"])


def main():
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        make_site()
        mine = [
            "mine", "--db", "db", "--queries", "queries", "--qrels", "qrels", "--source", "bm25", "--num-negatives", N,
            "--out", "out", "--depth", 12
        ]
        forms = ["triplet", "n-tuple", "labeled-pair", "labeled-list", "flagembedding", "tevatron"]
        num_files = 0
        for form, content, scores, padded, apart in itertools.product(forms, ["text", "id", "both"],
                                                                      *[[False, True]] * 3):
            run(*mine, "--format", form, "--content", content, *["--output-scores"] * scores,
                *["--pad", "uniform"] * padded, *["--per-positive"] * apart)
            with open("out") as lines:
                rows = [json.loads(line) for line in lines]
            assert rows, "no rows"
            try:
                check_rows(form, rows, expected(form, content, scores, padded))
            except AssertionError as error:
                sys.exit(f"--format {form} --content {content}, scores {scores}, padded {padded}, "
                         f"per positive {apart}: {error}")
            num_files += 1
        for scores, padded in itertools.product([False, True], [False, True]):
            run(*mine, "--format", "ids", *["--output-scores"] * scores, *["--pad", "uniform"] * padded)
            with open("out") as lines:
                rows = [line.rstrip("\n").split("\t") for line in lines]
            assert rows and all(
                len(row) == 3 + 2 * scores + padded and row[0][0] == "q" and row[1][0] == row[2][0] == "d"
                for row in rows), rows[:3]
            num_files += 1
        print(f"{num_files} files of {len(forms) + 1} forms have the names and types that they should")


main()
