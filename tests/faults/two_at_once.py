#!/usr/bin/env python3
"""Runs every writing command twice at once on the same output: the first is stopped at its n-th call, the second runs
to its end, then the first goes on.

Use: two_at_once.py XAPIAN-IRGAN NTH-CALL-MODULE [--most N] [--command NAME]

Each of the two must end well, or say that another one writes; at least one ends well, and the output is the whole new
one. A memory that two logs are put into at once must hold what those that ended well put into it. --most N: at most N
places a command, spread evenly over its opens, writes, fsyncs, renames and unlinks.
"""
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile

from every_call import COMMANDS, LABELS, Fault, Runner, arguments, content

KINDS = "open,write,sync,rename,unlink"
REFUSALS = (
    "another run writes it",
    "another program is writing",
    "has locked it",
    "Unable to get write lock",
    "another run",
)


def stopped_run(runner, site, line, number):
    """Starts a command that stops at its call `number`; waits until it has stopped or ended."""
    environment = {
        **os.environ,
        "LD_PRELOAD": runner.module,
        "NTH_CALL_KINDS": KINDS,
        "NTH_CALL": str(number),
        "NTH_CALL_ACTION": "stop",
    }
    environment["ASAN_OPTIONS"] = environment.get("ASAN_OPTIONS", "") + ":verify_asan_link_order=0"
    err = open(site.parent / "stopped.err", "w+b")
    process = subprocess.Popen(
        [runner.irgan] + line.split(),
        cwd=site,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=err,
    )
    _, status = os.waitpid(process.pid, os.WUNTRACED)
    return process, err, status


def finished(process, err, status):
    """Lets a stopped run go on to its end; returns its exit code and what it said."""
    if os.WIFSTOPPED(status):
        os.kill(process.pid, signal.SIGCONT)
        _, status = os.waitpid(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    err.seek(0)
    return process.returncode, err.read().decode(errors="replace")


def two(runner, name, first_line, second_line, number, site):
    """Runs both; returns whether each ended well."""
    what = f"{name}: stopped at {number}"
    process, err, status = stopped_run(runner, site, first_line, number)
    second = runner.plain(site, second_line)
    code, message = finished(process, err, status)
    err.close()
    other = second.stderr.decode(errors="replace")
    for which, result, said in (("first", code, message), ("second", second.returncode, other)):
        if result != 0 and not any(refusal in said for refusal in REFUSALS):
            raise Fault(f"{what}: the {which} ended with code {result}\n{said}")
    return what, code == 0, second.returncode == 0


def check_outputs(runner, name, line, outputs, most):
    _, after, _, names = runner.expected(line, outputs)
    places = runner.places(runner.count(line, KINDS), most)
    for number in places:
        folder = runner.copy()
        site = folder / "site"
        what, first, second = two(runner, name, line, line, number, site)
        if not first and not second:
            raise Fault(f"{what}: neither ended well")
        if runner.outputs(site, outputs) != after:
            raise Fault(f"{what}: an output is not the whole new one")
        left = {entry.name for entry in site.iterdir()} - names
        if left:
            raise Fault(f"{what}: left behind {left}")
        shutil.rmtree(folder)
    return len(places)


def check_memory(runner, most):
    """Two days are put into one memory at once."""
    put = "--queries queries --min-sessions 1 --out days.memory"
    days = [f"memory --from days.memory --clicks day{day} --force {put}" for day in (1, 2)]
    lines = [
        f"simulate --db db {LABELS} --sessions 4 --seed {day + 7} --date 2020-01-0{day + 1} --out day{day}"
        for day in (0, 1, 2)
    ]
    for line in lines + [f"memory --clicks day0 {put}"]:
        done = runner.plain(runner.site, line)
        if done.returncode != 0:
            raise Fault(f"{line}: {done.stderr.decode()}")

    def memory_after(lines):
        folder = runner.copy()
        for line in lines:
            done = runner.plain(folder / "site", line)
            if done.returncode != 0:
                raise Fault(f"{line}: {done.stderr.decode()}")
        held = content(folder / "site" / "days.memory")
        shutil.rmtree(folder)
        return held

    # Either order of both days, or one alone.
    expected = {
        (True, True): [memory_after(days), memory_after(days[::-1])],
        (True, False): [memory_after(days[:1])],
        (False, True): [memory_after(days[1:])],
    }
    if len({held for all_held in expected.values() for held in all_held}) < 3:
        raise Fault("memory: the days cannot be told apart")
    places = runner.places(runner.count(days[0], KINDS), most)
    for number in places:
        folder = runner.copy()
        site = folder / "site"
        what, first, second = two(runner, "memory in place", days[0], days[1], number, site)
        if (first, second) not in expected:
            raise Fault(f"{what}: neither ended well")
        if content(site / "days.memory") not in expected[first, second]:
            raise Fault(f"{what}: the memory does not hold what was put into it")
        shutil.rmtree(folder)
    return len(places)


def main():
    options = arguments()
    faults = []
    num_runs = 0
    with tempfile.TemporaryDirectory() as work:
        runner = Runner(os.path.abspath(options.irgan), os.path.abspath(options.module), pathlib.Path(work))
        checks = [
            (name, lambda c=(name, line, outputs): check_outputs(runner, *c, options.most))
            for name, line, outputs in COMMANDS
            if outputs
        ]
        checks.append(("memory-in-place", lambda: check_memory(runner, options.most)))
        for name, check in checks:
            if options.command in (None, name):
                try:
                    num_runs += check()
                except Fault as fault:
                    faults.append(str(fault))
    for fault in faults:
        print("FAULT", fault)
    print(f"{num_runs} pairs of runs at once, {len(faults)} faults")
    return 1 if faults or num_runs == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
