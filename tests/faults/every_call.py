#!/usr/bin/env python3
"""Makes the n-th call of every command fail, or kills the command there, n = 1, 2, 3 ... until a run goes through.

Use: every_call.py XAPIAN-IRGAN NTH-CALL-MODULE [--most N] [--command NAME]

Each run must end with a message that names the command, or with the right result. It must never end by a signal of its
own, but where memory fails, since Eigen's resize frees twice then, and where a read or write fails while Xapian writes
many postings, since a destructor of its own throws then (counted apart). Outputs are what was there before or the whole new
ones. What is killed must leave nothing that a further run does not clear away. --most N: at most N places for each kind
of call, spread evenly, its ends among them; without it, all (of allocations, 300 a command). Prints how many runs there
were.
"""
import argparse
import concurrent.futures
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile

# Kinds of calls, how each fails, and whether the program is killed there, too.
KINDS = {"open": ("EACCES", True), "read": ("EIO", False), "write": ("ENOSPC", True), "sync": ("EIO", True),
         "rename": ("EACCES", True), "unlink": ("EACCES", True), "truncate": ("EIO", False), "map": ("ENOMEM", False),
         "thread": ("EAGAIN", False), "allocate": ("ENOMEM", False)}
MOST_ALLOCATIONS = 300

TRAIN = "train --force --checkpoint-seconds 0"
LABELS = "--queries queries --qrels qrels"
# Name, command line, outputs. Each runs in a copy of the site's folder, in which its outputs are there already.
COMMANDS = [
    ("index", "index --overwrite --db old.db --field title=S --field body= --value votes=0 docs.jsonl", ["old.db"]),
    ("index-parts",
     "index --overwrite --db old.db --threads 1 --field title=S --field body= --value votes=0 large.jsonl", ["old.db"]),
    ("annotate", "annotate --db old.db --field-lengths", ["old.db"]),
    ("vectors", "vectors --db db --out vectors --dimensions 4", ["vectors"]),
    ("simulate", f"simulate --db db {LABELS} --sessions 3 --out clicks.out", ["clicks.out"]),
    ("check", "check --db db --queries queries --clicks clicks --rejects rejects", ["rejects"]),
    ("features", f"features --db db {LABELS} --out rows.out", ["rows.out"]),
    ("features-mapped", f"features --mapped --db db {LABELS} --out out.rows", ["out.rows"]),
    ("merge", "features --merge mapped.rows --out rows.out", ["rows.out"]),
    ("train", f"{TRAIN} --data rows --epochs 2 --networks 2 --threads 2 --model model.out", ["model.out"]),
    ("train-mapped", f"{TRAIN} --data mapped.rows --epochs 1 --model model.out", ["model.out"]),
    ("train-db", f"{TRAIN} --db db {LABELS} --epochs 1 --threads 2 --model model.out", ["model.out"]),
    ("search", "search --db db --model model w3 w4", []),
    ("rerank", "rerank --db db --model model --queries queries --out run.out --baseline-out run.old",
     ["run.out", "run.old"]),
    ("score", "score --data rows --model model --out run.out", ["run.out"]),
    ("evaluate", "evaluate --qrels qrels run", []),
    ("mine", f"mine --db db --model model {LABELS} --threads 2 --out mined.out --report-json report.out",
     ["mined.out", "report.out"]),
    ("distill", "distill --db db --model model --queries queries", []),
    ("memory", "memory --from memory --clicks clicks --queries queries --force --out memory.out",
     ["memory.out", "memory.out.carry"]),
    ("inspect", "inspect model --db db", []),
    ("store", "store --db old.db --model model", ["old.db"]),
]


class Fault(Exception):
    pass


def make_site(folder, irgan):
    """Makes the files that the commands read, and one of each that they write."""
    words = lambda i: " ".join(f"w{(i * k + k) % 40}" for k in range(1, 8))
    (folder / "docs.jsonl").write_text("".join(
        f'{{"id": "{i}", "title": "w{i % 40}", "body": "{words(i)}", "votes": {i * 7 % 100}}}\n' for i in range(80)))
    (folder / "large.jsonl").write_text("".join(
        f'{{"id": "{i}", "title": "w{i % 40}", "body": "{words(i)}", "votes": {i * 7 % 100}}}\n' for i in range(2100)))
    (folder / "queries").write_text("".join(f"q{i}\tw{i} w{i * 3 % 40}\n" for i in range(40)))
    (folder / "qrels").write_text("".join(f"q{i} 0 {i + 40 * k} {k}\n" for i in range(40) for k in range(2)))
    lines = [
        "index --db db --field title=S --field body= --value votes=0 docs.jsonl",
        f"features --db db {LABELS} --out rows", f"{TRAIN} --data rows --epochs 2 --model model",
        "features --mapped --merge rows --out mapped.rows",
        f"simulate --db db {LABELS} --sessions 3 --out clicks",
        "rerank --db db --model model --queries queries --out run",
        "memory --clicks clicks --queries queries --min-sessions 1 --out memory"
    ]
    for line in lines:
        done = subprocess.run([irgan] + line.split(), cwd=folder, capture_output=True)
        if done.returncode != 0:
            sys.exit(line + "\n" + done.stderr.decode())
    shutil.copytree(folder / "db", folder / "old.db")
    for _, _, outputs in COMMANDS:
        for output in outputs:
            if not (folder / output).exists():
                (folder / output).write_text("what was here before\n")


def content(path):
    """What an output holds; of an index, what a search of it finds, since its bytes have times in them."""
    return path.read_bytes() if path.is_file() else None


class Runner:
    def __init__(self, irgan, module, work):
        self.irgan, self.module, self.work = irgan, module, work
        self.site = work / "site"
        self.site.mkdir()
        make_site(self.site, irgan)
        self.num_aborted = 0

    def run(self, folder, line, **settings):
        environment = {**os.environ, "LD_PRELOAD": self.module, **{k: str(v) for k, v in settings.items()}}
        environment["ASAN_OPTIONS"] = environment.get("ASAN_OPTIONS", "") + ":verify_asan_link_order=0"
        return subprocess.run([self.irgan] + line.split(), cwd=folder, env=environment, stdin=subprocess.DEVNULL,
                              capture_output=True)

    def plain(self, folder, line):
        return subprocess.run([self.irgan] + line.split(), cwd=folder, stdin=subprocess.DEVNULL, capture_output=True)

    def copy(self):
        folder = pathlib.Path(tempfile.mkdtemp(dir=self.work))
        shutil.copytree(self.site, folder / "site")
        return folder

    def searched(self, folder, output):
        return self.plain(folder, f"search --json --db {output} w3 w4").stdout if (folder / output).is_dir() else None

    def outputs(self, folder, names):
        return {
            name: self.searched(folder, name) if (folder / name).is_dir() else content(folder / name)
            for name in names
        }

    def expected(self, line, outputs):
        folder = self.copy()
        before = self.outputs(folder / "site", outputs)
        done = self.plain(folder / "site", line)
        if done.returncode != 0:
            raise Fault(f"{line}: {done.stderr.decode()}")
        after = self.outputs(folder / "site", outputs)
        names = {entry.name for entry in (folder / "site").iterdir()}
        shutil.rmtree(folder)
        return before, after, done.stdout, names

    def count(self, line, kind):
        folder = self.copy()
        self.run(folder / "site", line, NTH_CALL_KINDS=kind, NTH_CALL_COUNT=folder / "count")
        number = int((folder / "count").read_text())
        shutil.rmtree(folder)
        return number

    def attempt(self, name, line, outputs, known, kind, action, number):
        before, after, printed, names = known
        what = f"{name}: {kind} {number} {action}"
        folder = self.copy()
        site = folder / "site"
        done = self.run(site, line, NTH_CALL_KINDS=kind, NTH_CALL=number, NTH_CALL_ACTION=action)
        message = done.stderr.decode(errors="replace")
        is_killed = action == "kill" and done.returncode == -9
        is_eigens = kind == "allocate" and done.returncode in (-signal.SIGABRT, -signal.SIGSEGV)
        is_xapians = name == "index-parts" and kind in ("read", "write") and done.returncode == -signal.SIGABRT
        if is_eigens or is_xapians:
            self.num_aborted += 1
        if is_xapians:
            is_killed = True
        if done.returncode < 0 and not is_killed and not is_eigens:
            raise Fault(f"{what}: ended by signal {-done.returncode}\n{message}")
        found = self.outputs(site, outputs)
        for output in outputs:
            if found[output] not in (before[output], after[output]) and (name, kind) != ("mine", "open"):
                raise Fault(f"{what}: {output} is damaged\n{message}")
        if done.returncode == 0:
            # mine says how fast it was; Xapian takes a table that it cannot open for one that there is not.
            is_other = found != after or (done.stdout != printed and name != "mine")
            if is_other and (kind != "open" or name not in ("search", "mine")):
                raise Fault(f"{what}: ended well with a wrong result\n{message}")
        elif not is_killed and not is_eigens:
            if ("xapian-irgan " + line.split()[0] + ": " not in message and
                    "xapian-irgan: there is not enough memory" not in message):
                raise Fault(f"{what}: code {done.returncode} without a message\n{message}")
            if kind in ("open", "write", "sync", "rename") and not any(mark in message for mark in names | {"/"}):
                raise Fault(f"{what}: the message names no file\n{message}")
        if not is_killed and not is_eigens and kind != "unlink":
            left = {entry.name for entry in site.iterdir()} - names - {o + ".checkpoint" for o in outputs}
            left -= {o + e for o in outputs for e in (".partial", ".partial.json", ".partial.state", ".options")}
            if left:
                raise Fault(f"{what}: left behind {left}\n{message}")
        if is_killed:
            again = self.plain(site, line)
            if again.returncode != 0 or self.outputs(site, outputs) != after:
                raise Fault(f"{what}: a further run fails\n{again.stderr.decode(errors='replace')}")
            left = {entry.name for entry in site.iterdir()} - names
            if left:
                raise Fault(f"{what}: a further run leaves {left}")
        shutil.rmtree(folder)
        return what

    def places(self, count, most):
        if not most or count <= most:
            return list(range(1, count + 1))
        return sorted({1 + round(i * (count - 1) / (most - 1)) for i in range(most)})


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("irgan")
    parser.add_argument("module")
    parser.add_argument("--most", type=int, default=0)
    parser.add_argument("--command")
    return parser.parse_args()


def main():
    options = arguments()
    faults = []
    with tempfile.TemporaryDirectory() as work:
        runner = Runner(os.path.abspath(options.irgan), os.path.abspath(options.module), pathlib.Path(work))
        tasks = []
        for name, line, outputs in COMMANDS:
            if options.command and options.command != name:
                continue
            known = runner.expected(line, outputs)
            for kind, (failure, kills) in KINDS.items():
                most = options.most or (MOST_ALLOCATIONS if kind == "allocate" else 0)
                for number in runner.places(runner.count(line, kind), most):
                    for action in [failure] + (["kill"] if kills else []):
                        tasks.append((name, line, outputs, known, kind, action, number))
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            for future in [pool.submit(runner.attempt, *task) for task in tasks]:
                try:
                    future.result()
                except Fault as fault:
                    faults.append(str(fault))
    for fault in faults[:100]:
        print("FAILED:", fault)
    print(f"{len(tasks)} runs, {len({task[0] for task in tasks})} commands, "
          f"{runner.num_aborted} aborted for want of memory or disk, {len(faults)} faults")
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
