// SPDX-License-Identifier: GPL-2.0-only
//! Cells on threads. Which thread runs what, and when, cannot show: results are folded by cell number.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc;

use indicatif::{ProgressBar, ProgressStyle};

use super::files::Failure;
use crate::experiment::{CellResult, Experiment, Outcome, Sheet, run};

/// Runs the cells of the given numbers and hands each result over as it comes.
pub fn run_cells(
    experiment: &Experiment,
    numbers: &[usize],
    jobs: usize,
    take: &mut dyn FnMut(usize, CellResult) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let jobs = if jobs == 0 { std::thread::available_parallelism().map_or(1, usize::from) } else { jobs };
    let (next, stop) = (AtomicUsize::new(0), AtomicBool::new(false));
    let (send, receive) = mpsc::channel();
    let work = |send: mpsc::Sender<_>| {
        while !stop.load(Ordering::Relaxed) {
            let Some(&number) = numbers.get(next.fetch_add(1, Ordering::Relaxed)) else { return };
            // Nobody listens once a result could not be taken; then there is nothing left to do.
            if send.send((number, run(&experiment.cell(number)))).is_err() {
                return;
            }
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..jobs.min(numbers.len()).max(1) {
            let send = send.clone();
            let work = &work;
            scope.spawn(move || work(send));
        }
        drop(send);
        for (number, result) in receive {
            let taken = result.map_err(|error| format!("environment: {error}")).and_then(|result| take(number, result));
            if taken.is_err() {
                stop.store(true, Ordering::Relaxed);
                return taken;
            }
        }
        Ok(())
    })
}

/// Runs a whole experiment, its stopping rule included, behind a progress bar.
pub fn run_whole(experiment: &Experiment, jobs: usize) -> Result<Outcome, Failure> {
    let mut experiment = experiment.clone();
    let mut sheet = Sheet::new(&experiment);
    let bar = bar(experiment.cells());
    loop {
        let missing = sheet.missing(&experiment);
        run_cells(&experiment, &missing, jobs, &mut |number, result| {
            bar.inc(1);
            sheet.put(&experiment, number, result).map_err(|error| error.to_string())
        })?;
        if !sheet.grow(&mut experiment).map_err(|error| error.to_string())? {
            bar.finish_and_clear();
            return Ok(sheet.outcome(&experiment));
        }
        bar.set_length(experiment.cells() as u64);
    }
}

/// A bar on the standard error stream; indicatif draws nothing where that is not a terminal.
pub fn bar(cells: usize) -> ProgressBar {
    let style = ProgressStyle::with_template("{wide_bar} {pos}/{len} runs, {eta} left").expect("the template is fixed");
    ProgressBar::new(cells as u64).with_style(style)
}

/// Calls `f` with each item on several threads (0: one a CPU); results come in the order of the items.
pub(super) fn in_parallel<T: Sync, R: Send>(items: &[T], jobs: usize, f: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let jobs = if jobs == 0 { std::thread::available_parallelism().map_or(1, usize::from) } else { jobs };
    let next = AtomicUsize::new(0);
    let work = || {
        let mut done = Vec::new();
        loop {
            let i = next.fetch_add(1, Ordering::Relaxed);
            let Some(item) = items.get(i) else { return done };
            done.push((i, f(item)));
        }
    };
    let mut results = std::thread::scope(|scope| {
        let handles: Vec<_> = (0..jobs.min(items.len()).max(1)).map(|_| scope.spawn(work)).collect();
        handles.into_iter().flat_map(|handle| handle.join().expect("a cell does not panic")).collect::<Vec<_>>()
    });
    results.sort_by_key(|&(i, _)| i);
    results.into_iter().map(|(_, result)| result).collect()
}
