#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Runs an experiment of oompoint on a Dask cluster, shard by shard, and prints the table that one machine would give.

A shard is a pure function of its number, so a lost one is simply run again: Dask does so when a worker dies, and a
second start of this program does so with those that have no file yet. `oompoint report` merges what there is and
refuses to print a table while a cell is missing.
"""

import argparse
import pathlib
import subprocess
import sys

from distributed import Client, LocalCluster, as_completed


def run_shard(program, flags, shard, shards):
    """One shard, on a worker. Returns the exit status, the JSON Lines, and what was said."""
    command = [program, "sweep", "--shard", f"{shard}/{shards}", "--jobs", "1", *flags]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode < 0:
        # Killed by a signal, for want of memory perhaps: an exception makes Dask try again.
        raise RuntimeError(f"shard {shard} was killed by signal {-done.returncode}")
    return done.returncode, done.stdout, done.stderr


def sweep(client, program, flags, shards, folder, seen=lambda shard, worker: None):
    """Runs the shards that have no file in `folder`. Returns the files of all, in order."""
    folder.mkdir(parents=True, exist_ok=True)
    files = {shard: folder / f"{shard}-of-{shards}.jsonl" for shard in range(1, shards + 1)}
    wanted = [shard for shard, file in files.items() if not file.exists()]
    futures = {client.submit(run_shard, program, flags, shard, shards, retries=3, pure=False): shard for shard in wanted}
    for future in as_completed(list(futures)):
        shard = futures[future]
        status, text, said = future.result()
        if status != 0:
            raise SystemExit(f"shard {shard}: {said.strip()}")
        # A file appears whole or not at all, so that whatever has its name is done.
        part = files[shard].with_suffix(".part")
        part.write_text(text)
        part.rename(files[shard])
        seen(shard, future)
        future.release()
    return list(files.values())


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scheduler", help="address of a running cluster, such as tcp://host:8786; else one is started here")
    parser.add_argument("--workers", type=int, default=2, help="workers of a cluster started here")
    parser.add_argument("--shards", type=int, default=16, help="slices; several for each worker spread the load")
    parser.add_argument("--program", default="oompoint", help="oompoint, as the workers find it")
    parser.add_argument("--folder", type=pathlib.Path, default=pathlib.Path("shards"), help="where shards are kept")
    parser.add_argument("--format", default="text", help="as of `oompoint report`")
    parser.add_argument("flags", nargs="*", help="flags of `oompoint sweep`, after --")
    args = parser.parse_args()
    cluster = None if args.scheduler else LocalCluster(n_workers=args.workers, threads_per_worker=1, dashboard_address=None)
    with Client(args.scheduler or cluster) as client:
        files = sweep(client, args.program, args.flags, args.shards, args.folder)
    if cluster:
        cluster.close()
    report = [args.program, "report", "--format", args.format, *map(str, files)]
    sys.exit(subprocess.run(report, check=False).returncode)


if __name__ == "__main__":
    main()
