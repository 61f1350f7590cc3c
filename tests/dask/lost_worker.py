#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Kills one of two workers in the middle of a sweep and holds the table against that of one machine.

usage: lost_worker.py PROGRAM
"""

import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time

from distributed import Client, LocalCluster
from sweep_dask import sweep

FLAGS = ["--env", "debian-1g", "--policies", "base,series,blunt", "--seeds", "1-24"]
SHARDS = 12


def main():
    program = str(pathlib.Path(sys.argv[1]).resolve())
    start = time.monotonic()

    def say(text):
        print(f"{time.monotonic() - start:5.1f} s  {text}", flush=True)

    alone = subprocess.run([program, "run", *FLAGS], capture_output=True, text=True, check=True).stdout
    say("one machine: the table is there")
    with tempfile.TemporaryDirectory() as folder, LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address=None
    ) as cluster, Client(cluster) as client:
        pids = client.run(os.getpid)
        say(f"two workers: {sorted(pids.values())}")
        killed = []

        def seen(shard, _):
            say(f"shard {shard}/{SHARDS} is there")
            busy = {worker: tasks for worker, tasks in client.processing().items() if tasks and worker in pids}
            if not killed and busy:
                worker = sorted(busy)[0]
                os.kill(pids[worker], signal.SIGKILL)
                killed.append(worker)
                say(f"killed worker {pids[worker]}, which had {len(busy[worker])} shards to do")

        files = sweep(client, program, FLAGS, SHARDS, pathlib.Path(folder), seen)
        report = [program, "report", *map(str, files)]
        merged = subprocess.run(report, capture_output=True, text=True, check=True).stdout
    if not killed:
        sys.exit("no worker was killed: the test shows nothing")
    if merged != alone:
        sys.exit("the tables differ")
    say("nothing is lost: the table is that of one machine, byte for byte")
    print("\n".join(merged.splitlines()[-2:]))


if __name__ == "__main__":
    main()
