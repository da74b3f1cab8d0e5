#!/usr/bin/env python3
"""Nights that go wrong: killed at some call, a full disk, a broken log, a broken model or state file, a new index.

Every morning searches are served by a model that was good, or in Xapian's own order, and a night without faults makes
all good.

Use: tests/index_tools/nights_with_faults.py XAPIAN-IRGAN NTH-CALL-MODULE [NIGHTS]
"""

import datetime
import json
import os
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile

program, module = (os.path.realpath(path) for path in sys.argv[1:3])
NIGHTS = int(sys.argv[3]) if len(sys.argv) > 3 else 10
WORDS = "amber birch copper delta ember flint garnet hazel indigo jasper kelp lilac maple nickel olive pearl".split()
rnd = random.Random(5)
FAULTS = [
    "none", "kill", "full disk", "broken log", "kill", "broken model", "index anew", "full disk", "broken state", "kill"
]


def run(*words, fault=None):
    environment = dict(os.environ, ASAN_OPTIONS=os.environ.get("ASAN_OPTIONS", "") + ":verify_asan_link_order=0")
    if fault:
        environment.update(LD_PRELOAD=module, NTH_CALL=str(fault[1]), NTH_CALL_ACTION=fault[0], NTH_CALL_COUNT="count")
    done = subprocess.run([program, *map(str, words)], capture_output=True, text=True, env=environment)
    return done.returncode, done.stdout, done.stderr


def well(*words):
    code, out, err = run(*words)
    assert code == 0, f"{words}: exit code {code}\n{out}{err}"
    return out


def index_documents():
    shutil.rmtree("db", ignore_errors=True)
    with open("docs.jsonl", "w") as file:
        for i in range(80):
            words = [WORDS[i % 16], WORDS[(7 * i + 3 + i // 16) % 16]]
            document = {"id": f"d{i}", "title": " ".join(words), "body": " ".join(words * 2), "stars": i * 37 % 100}
            file.write(json.dumps(document) + "\n")
    well("index", "--db", "db", "--field", "title=S", "--field", "body=", "--value", "stars=0", "docs.jsonl")


def write_day(day):
    start = datetime.datetime(2024, 5, 1) + datetime.timedelta(days=day)
    with open(f"logs/{day:03}.csv", "w") as file:
        file.write("when,visitor,search_term,position,item,was_clicked\n")
        for s in range(200):
            query = f"{WORDS[s % 16]} {WORDS[(s * 5 + s // 16) % 16]}"
            when = (start + datetime.timedelta(seconds=60 * s)).isoformat()
            for rank, document in enumerate(rnd.sample(range(80), 8), 1):
                clicked = rnd.random() < (.6 if document * 37 % 100 > 60 else .1) / rank ** .5
                file.write(f"{when},v{day}-{s},{query},{rank},d{document},{str(clicked).lower()}\n")


def break_something(fault):
    if fault == "broken log":
        pathlib.Path("logs/999.csv").write_text("this,is,no\nlog,of,ours\n" * 50)
    elif fault == "broken model" and os.path.exists("s.model"):
        pathlib.Path("s.model").write_bytes(pathlib.Path("s.model").read_bytes()[:-100])
    elif fault == "broken state" and os.path.exists("s.model.nightly"):
        pathlib.Path("s.model.nightly").write_text("{")
    elif fault == "index anew":
        index_documents()
    return {"kill": ("kill", rnd.randint(1, 120)), "full disk": ("ENOSPC", rnd.randint(1, 120))}.get(fault)


def morning(night, fault):
    """A search is answered, and the index holds a whole model or none."""
    code, out, err = run("search", "--db", "db", "amber", "birch")
    assert code == 0 and "  d" in out, f"night {night} ({fault}): {out}{err}"
    assert run("inspect", "--db", "db")[0] == 0, f"night {night} ({fault})"
    well("rerank", "--db", "db", "--queries", "asked.tsv", "--baseline-out", "old.run")
    code, _, err = run("rerank", "--db", "db", "--queries", "asked.tsv", "--out", "new.run")
    assert code == 0 or "no model" in err, f"night {night} ({fault}): {err}"
    return code == 0


def main():
    os.mkdir("logs")
    index_documents()
    write_day(0)
    pathlib.Path("asked.tsv").write_text("1\tamber birch\n2\tkelp\n")
    well("setup", "--db", "db", "--clicks", "logs/*.csv", "--out", "s.conf")
    with open("s.conf", "a") as file:
        file.write("[train]\nepochs = 1\nforce = yes\nthreads = 1\n[memory]\nmin-sessions = 2\n")
    num_served = 0
    for night in range(NIGHTS):
        fault = FAULTS[night % len(FAULTS)]
        at_call = break_something(fault)
        code, out, err = run("nightly", "--site", "s.conf", fault=at_call)
        allowed = (0, 1, -9, 137) if at_call else (0, 1)
        assert code in allowed, f"night {night} ({fault}): exit code {code}\n{out}{err}"
        num_served += morning(night, fault)
        print(f"night {night:3} {fault:12} exit code {code:3}: " +
              ", ".join(line.split(":")[0] + line.split(":")[1] for line in out.splitlines() if ": " in line))
        pathlib.Path("logs/999.csv").unlink(missing_ok=True)
        write_day(night + 1)
    out = well("nightly", "--site", "s.conf")
    assert "failed" not in out, out
    assert morning(NIGHTS, "none")
    again = well("nightly", "--site", "s.conf")
    assert "train: left" in again and "memory: left" in again, again
    history = well("inspect", "--history", "--db", "db")
    print(f"{NIGHTS} nights, {num_served} mornings with a model, the others in Xapian's order\n{history}", end="")


with tempfile.TemporaryDirectory() as folder:
    os.chdir(folder)
    main()
    os.chdir("/")
