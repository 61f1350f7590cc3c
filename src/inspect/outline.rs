// SPDX-License-Identifier: GPL-2.0-only
//! Draws up the time-line while a run is recorded.

use super::lane::{Lane, is_failure};
use super::timeline::{BINS_MAX, Bin, LaneBins, Mark, Sample, Timeline, requested_mib};
use super::words::PAGES_PER_MIB;
use crate::experiment::watch::Watch;
use crate::model::journal::{Decision, Kind};
use crate::sim::World;

/// Kills that are marked one by one; a plan may restart what is killed for ever.
const KILLS_MAX: usize = 256;

pub(super) struct Outline<'a> {
    timeline: Timeline,
    next_mib: u32,
    inner: &'a mut dyn Watch,
}

impl<'a> Outline<'a> {
    pub fn new(inner: &'a mut dyn Watch) -> Outline<'a> {
        let lanes = Lane::ALL.map(|lane| LaneBins { lane, bins: Vec::new() }).to_vec();
        let timeline = Timeline { bin_mib: 1, lanes, ..Timeline::default() };
        Outline { timeline, next_mib: 0, inner }
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
        self.widen(mib);
        let timeline = &mut self.timeline;
        timeline.samples.push(Sample::of(world));
        timeline.types.look(world, mib);
        self.next_mib = mib - mib % timeline.bin_mib + timeline.bin_mib;
    }

    /// Doubles the bins until the time-line holds `mib`.
    fn widen(&mut self, mib: u32) {
        let timeline = &mut self.timeline;
        while mib / timeline.bin_mib >= BINS_MAX {
            timeline.bin_mib *= 2;
            let bin_mib = timeline.bin_mib;
            timeline.samples.dedup_by_key(|sample| sample.requested_mib / bin_mib);
            for lane in &mut timeline.lanes {
                lane.bins.iter_mut().for_each(|bin| bin.requested_mib -= bin.requested_mib % bin_mib);
                lane.bins.dedup_by(|later, bin| {
                    let same = later.requested_mib == bin.requested_mib;
                    if same {
                        bin.count += later.count;
                        bin.failed += later.failed;
                    }
                    same
                });
            }
        }
    }

    /// A decision of the step that was just taken.
    pub fn decision(&mut self, ordinal: u64, decision: &Decision) {
        let mib = decision.requested_pages / PAGES_PER_MIB;
        self.widen(mib);
        let timeline = &mut self.timeline;
        timeline.decisions += 1;
        let requested_mib = mib - mib % timeline.bin_mib;
        let bins = &mut timeline.lanes[Lane::of_entry(&decision.what) as usize].bins;
        if bins.last().is_none_or(|bin| bin.requested_mib != requested_mib) {
            bins.push(Bin { requested_mib, first: ordinal, count: 0, failed: 0 });
        }
        let bin = bins.last_mut().expect("a bin was just made");
        bin.count += 1;
        bin.failed += u32::from(is_failure(&decision.what));
        let kill = matches!(decision.what.kind, Kind::OomKill | Kind::OomPanic);
        if kill && timeline.kills.len() < KILLS_MAX {
            timeline.kills.push(Mark { name: decision.what.kind.name().to_owned(), ordinal, requested_mib: mib });
        }
    }

    pub fn finish(mut self, world: &World) -> Timeline {
        self.timeline.samples.push(Sample::of(world));
        self.timeline.types.add(world, requested_mib(world));
        self.timeline
    }
}

impl Watch for Outline<'_> {
    fn phase(&mut self, name: &str, world: &World) {
        let ordinal = world.machine.journal.count();
        // The last of these before the program that is to be killed says what there was for it.
        match name {
            "boot" | "cache" | "background" | "frag" => {
                let ceiling = requested_mib(world) + Sample::of(world).at_hand_mib();
                self.timeline.ceiling_mib = Some(ceiling);
            }
            "plan" => self.timeline.ceiling_mib = None,
            _ => {}
        }
        self.timeline.phases.push(Mark { name: name.to_owned(), ordinal, requested_mib: requested_mib(world) });
        self.inner.phase(name, world);
    }

    fn chunk(&mut self, world: &World) {
        self.inner.chunk(world);
    }
}
