# SPDX-License-Identifier: GPL-2.0-only
"""Extracts what FIDELITY.md compares from full records of real runs.

    python3 tests/kernel/runs/extract.py FOLDER_OF_RUNS

The folder holds `runs/*.json.gz` (stock kernel), `patched/*.json` and `factors/*.json` (ported series). Writes
debian.json, minimal.json and disk.json beside this script: one line a run, so that a diff shows which run changed.
README.md says what each field is. Nothing here rounds, averages or leaves out a run.
"""

import glob
import gzip
import json
import os
import re
import sys

COUNTERS = """compact_migrate_scanned compact_free_scanned compact_isolated compact_daemon_migrate_scanned
compact_daemon_free_scanned compact_daemon_wake compact_stall compact_success compact_fail pgmigrate_success
pgmigrate_fail pageoutrun thp_collapse_alloc thp_split_page direct_map_level2_splits pgsteal_direct pgsteal_kswapd
workingset_refault_file oom_kill um_block_unmap um_block_map um_flip_noblock""".split()
TYPES = ["Unmovable", "Movable", "Reclaimable", "HighAtomic"]


def load(path):
    with (gzip.open(path, "rt") if path.endswith(".gz") else open(path)) as file:
        return json.load(file)


def oom(first_line, mem_info):
    """Which request invoked the killer, and free, per-CPU and boost pages over all zones at that moment."""
    head = re.search(r"(\S+) invoked oom-killer: gfp_mask=0x\w+\(([^)]*)\), order=(-?\d+)", first_line)
    zones = re.findall(r"^(?:\[[^\]]*\] *|<\d>)?(?:Node 0 )?(?:DMA|DMA32|Normal) free:.*$", mem_info, re.M)
    pages = lambda name: sum(int(re.search(rf"(?<![\w]){name}:(\d+)kB", zone)[1]) // 4 for zone in zones)
    return {
        "comm": re.sub(r"^<\d>", "", head[1]), "gfp": head[2], "order": int(head[3]),
        "free_pages": pages("free"), "pcp_pages": pages("free_pcp"), "boost_pages": pages("boost"),
    }


def counters(delta):
    kept = {name: delta.get(name, 0) for name in COUNTERS}
    kept["allocstall"] = sum(value for name, value in delta.items() if name.startswith("allocstall"))
    return kept


def by_order(zones):
    return [sum(zone[order] for zone in zones) for order in range(11)]


def buddyinfo(text):
    return by_order([[int(count) for count in line.split()[4:]] for line in text.strip().split("\n")])


def pageblocks(zones):
    return [sum(zone.get(kind, 0) for zone in zones) for kind in TYPES]


def pagetypeinfo(text):
    lines = text.split("\n")
    start = next((i for i, line in enumerate(lines) if line.startswith("Number of blocks type")), None)
    if start is None:
        return None
    kinds = lines[start].split()[4:]
    rows = [re.split(r"zone +\S+", line)[1].split() for line in lines[start + 1:] if line.startswith("Node")]
    return pageblocks([dict(zip(kinds, map(int, row))) for row in rows])


def stock(path):
    run = load(path)
    thp = re.search(r"\[(\w+)\]", run["thp_enabled"])[1]
    defrag = int(run["sysctl.defrag_mode"])
    antagonist = "ant" if run["antagonized"] else "noant"
    report = run["oom_reports"][0]
    start = run["start"]["vmstat"]["nr_unevictable"]
    samples = []
    for sample in run["timeline"]:
        secret = sample["nr_unevictable_pages"] - start
        if samples and secret < samples[-1][0]:
            break  # The sample after the kill.
        samples.append([secret] + by_order(list(sample["buddyinfo_free_blocks_by_order"].values())))
    frag = run.get("frag")
    return {
        "run": run["run"],
        "cell": f"debian/{antagonist}/{run['guest_mem_mib']}/thp={thp}/defrag={defrag}",
        "bytes": run["allocated_bytes"],
        "oom": oom(report["raw"], report["raw"][report["raw"].find("Mem-Info"):]),
        "counters": counters(run["vmstat_delta_start_to_end"]),
        "frag_free_blocks": frag and by_order(list(frag["buddyinfo_free_blocks_by_order"].values())),
        "frag_pageblocks": frag and pageblocks(list(frag["pagetypeinfo"]["pageblocks_by_type"].values())),
        "timeline": samples,
    }


def ported(path):
    run = load(path)
    name = os.path.basename(path).removesuffix(".json")
    cell = run.get("cell") or "k0-" + run["policy"]
    delta = run.get("vmstat_delta_postfrag_to_postkill_events") or run["vmstat_delta_start_to_postkill_events"]
    free = (run.get("buddyinfo_free_chunks") or run.get("buddyinfo_pages_free_chunks")).get("postfrag")
    types = (run.get("pagetypeinfo") or {}).get("postfrag")
    return {
        "run": name,
        "cell": cell,
        "bytes": run["allocated_bytes"],
        "iterations": run.get("allocated_bytes_per_iteration") or [run["allocated_bytes"]],
        "oom": oom(run["oom_invoked"], run.get("oom_mem_info") or run["dmesg_mem_info"]),
        "counters": counters(delta),
        "frag_free_blocks": buddyinfo(free) if free else None,
        "frag_pageblocks": pagetypeinfo(types) if types else None,
        "timeline": [],
    }


def write(name, family, kernel, guest, runs):
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), name)
    head = {"family": family, "kernel": kernel, "guest": guest}
    with open(path, "w") as file:
        file.write(json.dumps(head)[:-1] + ', "runs": [\n')
        file.write(",\n".join(json.dumps(run, separators=(",", ":")) for run in runs) + "\n]}\n")


def main():
    folder = sys.argv[1]
    files = lambda pattern: sorted(glob.glob(os.path.join(folder, pattern)))
    write("debian.json", "debian-1g", "Linux 7.3.4+deb13-cloud-amd64, untouched", "QEMU TCG, 2 CPUs",
          [stock(path) for path in files("runs/*.json.gz")])
    # `x-` marks runs with a sysctl changed that the record does not name; they are no cell of any comparison.
    paths = [path for path in files("patched/*.json") + files("factors/*.json") if "/x-" not in path]
    runs = [ported(path) for path in paths]
    kernel = "Linux 7.3.4, tinyconfig and more; `base` untouched, the others with the series ported"
    write("minimal.json", "minimal-1g", kernel, "QEMU TCG, 1024 MiB, one CPU in effect",
          [run for run in runs if run["cell"].startswith("k0-")])
    write("disk.json", "disk-1g", kernel, "QEMU TCG, 1024 MiB, 2 CPUs, ext2 on virtio",
          [run for run in runs if run["cell"].startswith("k1-")])


main()
