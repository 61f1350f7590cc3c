// SPDX-License-Identifier: GPL-2.0-only
//! CPU time of the browser's worker threads, where the system tells it (Linux does): what else a busy machine did
//! meanwhile is not in it.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// What Chromium calls the thread of a worker, as far as the kernel keeps it.
const THREAD: &str = "DedicatedWorker";

/// ns by process and thread, of this process's descendants.
pub type Times = BTreeMap<(u32, u32), u64>;

pub fn of_workers() -> Times {
    let mut times = Times::new();
    let parents: BTreeMap<u32, u32> =
        numbers(Path::new("/proc")).into_iter().filter_map(|id| Some((id, parent(id)?))).collect();
    for &process in parents.keys().filter(|&&process| is_own(process, &parents)) {
        let tasks = format!("/proc/{process}/task");
        for thread in numbers(Path::new(&tasks)) {
            let read = |file: &str| fs::read_to_string(format!("{tasks}/{thread}/{file}")).ok();
            let ns = || read("schedstat")?.split(' ').next()?.parse().ok();
            if let (true, Some(ns)) = (read("comm").is_some_and(|name| name.starts_with(THREAD)), ns()) {
                times.insert((process, thread), ns);
            }
        }
    }
    times
}

/// ns that the busiest worker worked between the two; `None` where the system does not tell.
pub fn busiest(before: &Times, after: &Times) -> Option<u64> {
    after.iter().map(|(thread, ns)| ns - before.get(thread).unwrap_or(&0)).max()
}

/// Entries of a folder that are numbers.
fn numbers(folder: &Path) -> Vec<u32> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok()).collect()
}

fn parent(process: u32) -> Option<u32> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    // A process's name stands in parentheses and may hold anything.
    stat.rsplit_once(')')?.1.split_whitespace().nth(1)?.parse().ok()
}

fn is_own(process: u32, parents: &BTreeMap<u32, u32>) -> bool {
    let mut ancestors = std::iter::successors(Some(process), |id| parents.get(id).copied());
    ancestors.any(|id| id == std::process::id())
}
