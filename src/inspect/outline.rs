// SPDX-License-Identifier: GPL-2.0-only
//! Collects samples and phases while a run is recorded.

use super::timeline::{BINS_MAX, Mark, Sample, Timeline, requested_mib};
use crate::experiment::run::Watch;
use crate::sim::World;

/// Twice as many samples as are wanted at most; every second one goes when there are more.
pub(super) struct Outline<'a> {
    pub timeline: Timeline,
    next_mib: u32,
    inner: &'a mut dyn Watch,
}

impl<'a> Outline<'a> {
    pub fn new(inner: &'a mut dyn Watch, world: &World) -> Outline<'a> {
        let free_at_start = world.machine.node.zones.iter().map(|zone| zone.free_seen()).sum();
        Outline { timeline: Timeline { bin_mib: 1, free_at_start, ..Timeline::default() }, next_mib: 0, inner }
    }

    /// After each step.
    #[inline]
    pub fn look(&mut self, world: &World) {
        let mib = requested_mib(world);
        if mib >= self.next_mib {
            self.sample(world, mib);
        }
    }

    fn sample(&mut self, world: &World, mib: u32) {
        let timeline = &mut self.timeline;
        timeline.samples.push(Sample::of(world));
        while mib / timeline.bin_mib >= BINS_MAX {
            timeline.bin_mib *= 2;
            let bin_mib = timeline.bin_mib;
            timeline.samples.dedup_by_key(|sample| sample.requested_mib / bin_mib);
        }
        self.next_mib = mib - mib % timeline.bin_mib + timeline.bin_mib;
    }

    pub fn finish(mut self, world: &World) -> Timeline {
        self.timeline.samples.push(Sample::of(world));
        self.timeline
    }
}

impl Watch for Outline<'_> {
    fn phase(&mut self, name: &str, world: &World) {
        let ordinal = world.machine.journal.count();
        self.timeline.phases.push(Mark { name: name.to_owned(), ordinal, requested_mib: requested_mib(world) });
        self.inner.phase(name, world);
    }

    fn chunk(&mut self, world: &World) {
        self.inner.chunk(world);
    }
}
