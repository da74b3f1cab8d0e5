#!/usr/bin/env python3
"""Checks that includes go one way: a room includes only itself and rooms above it, and no units include each other in a
circle.

Use: tests/rooms.py [--counts]      exit status 1 if an arrow goes the wrong way; --counts also prints the size of each
                                    room

A unit is a header with the source of its name. Public headers stand in include/irgan and belong to the room that has
the source of their name; a header without a source belongs to the room that HOMES names.
"""

import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent

# From top to bottom, in the order in which data flows.
ROOMS = [
    "plugin/src/process",
    "plugin/src/metrics",
    "plugin/src/features",
    "plugin/src/encoding",
    "plugin/src/model",
    "plugin/src/fit",
    "plugin/src/vectors",
    "plugin/src/order",
    "plugin/src/candidates",
    "plugin/src/search",
    "plugin/preload",
    "trainer/text",
    "trainer/unpacking",
    "trainer/machine",
    "trainer/parallel",
    "trainer/measures",
    "trainer/log",
    "trainer/queries",
    "trainer/evidence",
    "trainer/layout",
    "trainer/site",
    "trainer/ranking",
    "trainer/collection",
    "trainer/rows",
    "trainer/row_files",
    "trainer/game",
    "trainer/labels",
    "trainer/training",
    "trainer/memory",
    "trainer/negatives",
    "trainer/mining",
    "trainer/distillation",
    "trainer/simulation",
    "trainer/judging",
    "trainer/daily",
    "trainer/reporting",
    "index_tools/showing",
    "index_tools/reports",
    "index_tools/options",
    "index_tools/help",
    "index_tools/commands",
]
# Public headers without a source of their own.
HOMES = {
    "errors": "plugin/src/process",
    "search_context": "plugin/src/features",
    "memory_facts": "plugin/src/model",
    "rerank_options": "plugin/src/candidates",
    "reranked_page": "plugin/src/order",
    "collection_generator": "plugin/src/model",
    "vector_facts": "plugin/src/vectors",
    "pool_range": "plugin/src/encoding",
    "feature_rows": "trainer/rows",
    "split_options": "trainer/evidence",
    "behaviour_options": "trainer/evidence",
    "context_count": "trainer/evidence",
    "click_counting": "trainer/evidence",
    "evidence": "trainer/rows",
    "log_reading": "trainer/rows",
    "pool_losses": "trainer/rows",
    "tower_options": "trainer/collection",
    "game_options": "trainer/game",
    "epoch_report": "trainer/training",
    "training_options": "trainer/training",
    "training_record": "trainer/training",
    "scaled_field": "trainer/site",
    "showing_count": "trainer/labels",
    "memory_rules": "trainer/memory",
    "mined_query": "trainer/mining",
    "mining_listener": "trainer/mining",
    "mining_settings": "trainer/mining",
    "distilled_forms": "trainer/distillation",
    "simulation_options": "trainer/simulation",
    "report": "trainer/reporting",
}
# A part sees of another part only what stands here.
PARTS = {
    "plugin/preload": ["plugin/"],
    "plugin/": ["plugin/src/"],
    "trainer/": ["trainer/", "plugin/src/"],
    "index_tools/": ["index_tools/", "trainer/", "plugin/src/"],
}
MOST_FILES = 26
MANY_FILES_ALLOWED = {"plugin/src/features": 45}


def room_of(path):
    """Returns the room of a file, or None for one in no room."""
    folder = str(path.parent)
    if folder in ROOMS:
        return folder
    if "include/irgan" in folder:
        if path.stem in HOMES:
            return HOMES[path.stem]
        for room in ROOMS:
            if room.startswith(path.parts[0]) and (ROOT / room / (path.stem + ".cc")).exists():
                return room
    return None


def included(text):
    for name in re.findall(r'^#include "([^"]+)"', text, re.M):
        if name.startswith("irgan/"):
            for part in ("plugin/include", "trainer/include"):
                if (ROOT / part / name).exists():
                    yield pathlib.Path(part) / name
        else:
            yield pathlib.Path(name)


def unit_of(path):
    """Returns the room and the name that a header and its source share."""
    return f"{room_of(path)}/{path.stem}"


def circles(arrows):
    """Returns the strongly connected components of more than one unit (Tarjan)."""
    index, low, on_stack, stack, found = {}, {}, set(), [], []
    sys.setrecursionlimit(10000)

    def visit(unit):
        index[unit] = low[unit] = len(index)
        stack.append(unit)
        on_stack.add(unit)
        for other in sorted(arrows.get(unit, ())):
            if other not in index:
                visit(other)
                low[unit] = min(low[unit], low[other])
            elif other in on_stack:
                low[unit] = min(low[unit], index[other])
        if low[unit] == index[unit]:
            component = []
            while True:
                other = stack.pop()
                on_stack.discard(other)
                component.append(other)
                if other == unit:
                    break
            if len(component) > 1:
                found.append(sorted(component))

    for unit in sorted(arrows):
        if unit not in index:
            visit(unit)
    return found


def main():
    faults = []
    arrows, room_arrows, sizes = {}, set(), {}
    files = sorted(f for part in ("plugin", "trainer", "index_tools") for end in ("*.h", "*.cc")
                   for f in (ROOT / part).rglob(end))
    assert files, "no sources"
    for file in files:
        path = file.relative_to(ROOT)
        room = room_of(path)
        if room is None:
            if path.name != "main.cc":
                faults.append(f"{path}: stands in no room that tests/rooms.py knows")
            continue
        sizes[str(path.parent)] = sizes.get(str(path.parent), 0) + 1
        for name in included(file.read_text()):
            other = room_of(name)
            if not (ROOT / name).exists() or other is None:
                if not str(name).startswith("tests/"):
                    faults.append(f"{path}: includes {name}, which stands in no room")
                continue
            if unit_of(path) != unit_of(name):
                arrows.setdefault(unit_of(path), set()).add(unit_of(name))
            if other != room:
                room_arrows.add((room, other))
                seen = next(parts for start, parts in PARTS.items() if room.startswith(start))
                if ROOMS.index(other) > ROOMS.index(room) or not any(other.startswith(part) for part in seen):
                    faults.append(f"{path}: {room} must not include {other} ({name})")
    for component in circles(arrows):
        faults.append("units that include each other: " + ", ".join(component))
    for folder, count in sorted(sizes.items()):
        if folder in ROOMS and count > MANY_FILES_ALLOWED.get(folder, MOST_FILES):
            faults.append(f"{folder}: {count} files are too many for one room")
    if "--counts" in sys.argv[1:]:
        for folder, count in sorted(sizes.items()):
            print(f"{count:4} {folder}")
        print(f"{len(room_arrows)} arrows between rooms, {sum(len(o) for o in arrows.values())} between units, "
              f"{len(circles(arrows))} circles")
    for fault in faults:
        print(fault)
    if not faults:
        print(f"{len(files)} files in {len(ROOMS)} rooms: every include goes up, no circles")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
