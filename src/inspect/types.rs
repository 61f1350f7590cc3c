// SPDX-License-Identifier: GPL-2.0-only
//! Free memory by migratetype over time. The lists are walked for it, as for /proc/pagetypeinfo, so it is sampled less
//! often than what is counted anyway.

use serde::{Deserialize, Serialize};

use crate::model::freetype::NR_FREETYPES;
use crate::model::view;
use crate::model::zone::NR_ORDERS;
use crate::sim::World;

/// Samples at most, but for the last one.
const SAMPLES_MAX: u32 = 64;

/// Free pages in blocks of each order, by type.
pub type ByType = [[u32; NR_ORDERS]; NR_FREETYPES];

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TypeSample {
    pub requested_mib: u32,
    pub free: ByType,
}

/// The state at the first look in each bin of 2^k MiB, with the smallest k that leaves few enough of them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Types {
    pub samples: Vec<TypeSample>,
    /// A bin has 2 to this power MiB.
    shift: u32,
    next_mib: u32,
}

impl Types {
    /// After a step, when tasks had asked for so many MiB.
    pub fn look(&mut self, world: &World, mib: u32) {
        if mib < self.next_mib {
            return;
        }
        while mib >> self.shift >= SAMPLES_MAX {
            self.shift += 1;
            let shift = self.shift;
            self.samples.dedup_by_key(|sample| sample.requested_mib >> shift);
        }
        self.add(world, mib);
        self.next_mib = ((mib >> self.shift) + 1) << self.shift;
    }

    /// The state at the end, whatever the bins.
    pub fn add(&mut self, world: &World, requested_mib: u32) {
        let mut free: ByType = [[0; NR_ORDERS]; NR_FREETYPES];
        for zone in &world.machine.node.zones {
            view::add_free_by_type(zone, &mut free);
        }
        self.samples.push(TypeSample { requested_mib, free });
    }

    /// The most that was ever free of one type, pages.
    pub fn top_pages(&self) -> u64 {
        let pages = |of: &[u32; NR_ORDERS]| of.iter().map(|&pages| u64::from(pages)).sum();
        self.samples.iter().flat_map(|sample| sample.free.iter().map(pages)).max().unwrap_or(0)
    }

    /// The types that ever had a free page.
    pub fn in_use(&self) -> impl Iterator<Item = usize> {
        let used = |ft: &usize| self.samples.iter().any(|sample| sample.free[*ft].iter().any(|&pages| pages > 0));
        (0..NR_FREETYPES).filter(used).collect::<Vec<_>>().into_iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::environment::preset;
    use crate::experiment::run::STEPS_MAX;
    use crate::experiment::session::Session;
    use crate::experiment::{Cell, PolicySpec};
    use crate::workload::Workload;

    #[test]
    fn all_types_together_are_what_is_free_and_samples_stay_few() {
        let mut environment = preset("minimal-1g").expect("the preset exists");
        environment.memory_mib = 128;
        let policy = PolicySpec::parse("blunt").expect("the policy exists");
        let workload = Workload::parse("secretmem-vs-frag").expect("the workload exists");
        let session = Session::boot(&Cell { environment, workload, policy, seed: 1, steps_max: STEPS_MAX });
        let world = session.expect("the cell is in order").into_world();
        let free: u64 = world.machine.node.zones.iter().map(|zone| view::counters(zone).free).sum();
        let mut types = Types::default();
        (0..3000).for_each(|mib| types.look(&world, mib));
        types.add(&world, 3000);
        let told = |sample: &TypeSample| sample.free.iter().flatten().map(|&pages| u64::from(pages)).sum::<u64>();
        assert!(types.samples.iter().all(|sample| told(sample) == free));
        let mib: Vec<u32> = types.samples.iter().map(|sample| sample.requested_mib).collect();
        assert!(mib.is_sorted() && (32..=65).contains(&mib.len()) && mib[0] == 0 && mib.ends_with(&[3000]), "{mib:?}");
        assert!(types.top_pages() <= free && types.in_use().count() > 1);
    }
}
