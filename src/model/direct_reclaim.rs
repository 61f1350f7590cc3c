// SPDX-License-Identifier: GPL-2.0-only
//! Direct reclaim of a task: walks over priorities, and the wait while compaction holds much of the page cache.
//!
//! Stands for mm/vmscan.c@7.3: try_to_free_pages, do_try_to_free_pages, shrink_zones, too_many_isolated,
//! reclaim_throttle, compaction_ready.
//!
//! Modelled: priorities, the target of 32, the second and third walk without progress, the compaction-ready early exit,
//! progress as reclaimed pages; that a task waits up to 20 ms before it takes pages off the inactive list while more
//! than an eighth of that list is isolated (`model::isolated`), and goes without if that still holds; a task that finds
//! few enough isolated wakes the others.
//! Absent: throttling for writeback and for reserves (`throttle_direct_reclaim`).

use super::compact::suitable;
use super::frames::Order;
use super::journal::{Kind, What};
use super::machine::Machine;
use super::reclaim::{CLUSTER, PRIORITY_DEFAULT};
use super::request::Request;
use super::tally::Reclaimer;
use super::timer;
use super::watermark::{WMARK_HIGH, WMARK_MIN};
use super::zone::COSTLY_ORDER;

/// HZ/50: how long a task waits for isolated pages.
const ISOLATED_TICKS: u64 = 20_000_000 / timer::TICK_NS;

/// The walks of one direct reclaim that makes no progress.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Walk {
    Partial,
    Full,
    Forced,
}

/// The list at one priority: what is left to scan.
#[derive(Clone, Copy, Debug)]
struct Pass {
    left: u64,
    reclaimed: u64,
    /// The task has waited before this batch.
    stalled: bool,
}

/// A direct reclaim under way.
#[derive(Clone, Debug)]
pub struct DirectReclaim {
    order: Order,
    walk: Walk,
    priority: u32,
    pass: Option<Pass>,
    /// Of this walk.
    reclaimed: u64,
    ready: bool,
    /// The active list was left alone once, for the length of the inactive one.
    spared: bool,
}

impl DirectReclaim {
    pub fn new(order: Order, m: &mut Machine, request: &Request) -> DirectReclaim {
        m.tally.allocstall[usize::from(request.highest_zone)] += 1;
        DirectReclaim {
            order,
            walk: Walk::Partial,
            priority: PRIORITY_DEFAULT,
            pass: None,
            reclaimed: 0,
            ready: false,
            spared: false,
        }
    }

    /// mm/vmscan.c:do_try_to_free_pages@7.3: all priorities, and all once more when nothing came of it: the first time
    /// is a partial walk of the memory cgroups, even where there are none. The classic LRU then tries a third time,
    /// deactivating what it spared. Each walk counts as a stall. At its end, whether there was progress; before, the
    /// task sleeps.
    pub fn step(&mut self, m: &mut Machine, request: &Request) -> Option<bool> {
        loop {
            self.pass(m, request)?;
            if self.reclaimed < CLUSTER && !self.ready && self.priority > 0 {
                self.priority -= 1;
                continue;
            }
            let progress = self.reclaimed > 0 || self.ready;
            self.walk = match self.walk {
                Walk::Partial if !progress => Walk::Full,
                Walk::Full if !progress && self.spared => Walk::Forced,
                _ => {
                    let values = [self.reclaimed as u32, 0, 0, 0];
                    let end = What::new(Kind::DirectReclaim, self.order, request.freetype, values);
                    m.decide(end.detail(u8::from(progress)));
                    return Some(progress);
                }
            };
            m.tally.allocstall[usize::from(request.highest_zone)] += 1;
            self.priority = PRIORITY_DEFAULT;
        }
    }

    /// One priority; nothing if the task has to wait in the middle of it.
    fn pass(&mut self, m: &mut Machine, request: &Request) -> Option<()> {
        let highest = request.highest_zone;
        let mut pass = match self.pass.take() {
            Some(pass) => pass,
            None => {
                let costly = self.order > COSTLY_ORDER;
                let (any, all) = if costly { m.compaction_ready(self.order, request) } else { (false, false) };
                self.ready |= any;
                if all {
                    return Some(());
                }
                self.spared |= m.spares_active(self.priority, highest);
                let left = m.begin_shrink(self.priority, highest, self.walk == Walk::Forced);
                Pass { left, reclaimed: 0, stalled: false }
            }
        };
        while pass.left > 0 && pass.reclaimed < CLUSTER {
            let batch = m.shrink_batch().min(pass.left);
            if m.too_many_isolated(highest) {
                if !pass.stalled {
                    self.pass = Some(Pass { stalled: true, ..pass });
                    m.sleep_until(timer::end_ns(m.now_ns, ISOLATED_TICKS));
                    return None;
                }
            } else {
                pass.reclaimed += m.shrink_inactive(batch, highest, Reclaimer::Direct);
            }
            pass.left -= batch;
            pass.stalled = false;
        }
        m.end_shrink(self.priority);
        if pass.reclaimed > 0 {
            m.clear_hopeless(highest);
        }
        self.reclaimed += pass.reclaimed;
        Some(())
    }
}

impl Machine {
    /// mm/vmscan.c:too_many_isolated@7.3 for a task whose request has I/O and file systems, on the classic LRU.
    /// Who finds few enough wakes those that wait.
    fn too_many_isolated(&mut self, highest_zone: u8) -> bool {
        let (inactive, _) = self.file_lists(highest_zone);
        let isolated: u64 = self.isolated.iter().map(|held| held.pages(self.now_ns)).sum();
        let too_many = !self.settings.mglru && isolated > inactive >> 3;
        self.wakes_sleepers |= !too_many;
        too_many
    }

    /// mm/vmscan.c:compaction_ready@7.3: whether compaction could go ahead in any zone of the request, and in all.
    fn compaction_ready(&self, order: u8, request: &Request) -> (bool, bool) {
        let hz = request.highest_zone;
        let mut ready = self.node.zones.iter().filter(|zone| zone.span.index <= hz).map(|zone| {
            zone.zone_watermark_ok(order, zone.wmark_pages(WMARK_MIN), hz, 0)
                || suitable::compaction_suitable(
                    zone,
                    order,
                    zone.wmark_pages(WMARK_HIGH),
                    hz,
                    self.settings.extfrag_threshold,
                )
        });
        let first = ready.next().unwrap_or(false);
        ready.fold((first, first), |(any, all), one| (any || one, all && one))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::compact::Work;
    use crate::model::decide::testing::Stock;
    use crate::model::frames::flag;
    use crate::model::gfp::Gfp;
    use crate::model::isolated::Isolated;
    use crate::model::lru::Lru;
    use crate::model::node::{Node, Tuning};
    use crate::model::settings::{Costs, Settings};
    use crate::model::zone::{Zone, ZoneSpan};

    const GFP: Gfp = Gfp::GFP_HIGHUSER_MOVABLE;

    fn machine() -> Machine {
        let mut zone = Zone::new(ZoneSpan { index: 1, start_pfn: 0, end_pfn: 40_960 }, 2);
        zone.release_range(0, 40_960);
        let mut node = Node::new(vec![zone], false);
        node.set_up_watermarks(&Tuning::default());
        Machine::new(node, Settings::default(), Costs::default(), Box::new(Stock))
    }

    /// Single pages on the inactive file list, unless `flags` say active.
    fn cache(m: &mut Machine, pages: usize, flags: u8) {
        for _ in 0..pages {
            let pfn = m.alloc_fast(GFP, 0, GFP.migratetype()).expect("most memory is free");
            let slot = m.owners.add(pfn);
            let zone = m.node.zone_of(pfn).expect("the page lies in a zone");
            m.node.zones[zone].frames.set_owner(pfn, slot);
            m.node.zones[zone].lru_add(pfn, 0, flag::FILE | flags);
        }
    }

    fn reclaim(m: &mut Machine) -> (bool, u64) {
        let request = Request::slow(GFP, 0, false);
        let progress = DirectReclaim::new(0, m, &request).step(m, &request).expect("nothing is isolated");
        (progress, m.tally.allocstall.iter().sum())
    }

    #[test]
    fn without_progress_everything_is_walked_twice() {
        let mut m = machine();
        assert_eq!(reclaim(&mut m), (false, 2));
        cache(&mut m, 100, 0);
        assert_eq!(reclaim(&mut m), (true, 3));
        assert!(m.tally.pgsteal_direct >= CLUSTER);
    }

    #[test]
    fn spared_active_pages_are_deactivated_at_the_third_walk() {
        let mut m = machine();
        cache(&mut m, 20, flag::ACTIVE);
        cache(&mut m, 20, flag::LOCKED);
        assert_eq!(reclaim(&mut m), (true, 3));
        assert!(m.tally.pgsteal_direct > 0);
    }

    #[test]
    fn pages_that_are_being_read_stay() {
        let mut m = machine();
        cache(&mut m, 100, flag::LOCKED | flag::REFERENCED);
        assert_eq!((reclaim(&mut m), m.tally.pgsteal_direct), ((false, 2), 0));
        let zones = m.node.zones.iter();
        assert_eq!(zones.map(|zone| zone.lru_pages(Lru::InactiveFile)).sum::<u64>(), 100);
        assert!(m.tally.pgscan_direct >= 200);
    }

    #[test]
    fn a_task_waits_while_compaction_holds_more_than_an_eighth_of_the_cache() {
        let mut m = machine();
        cache(&mut m, 400, 0);
        let request = Request::slow(GFP, 0, false);
        // Of 60 pages 20 will not move: after half of its time the step holds 40, after nine tenths 24.
        let work = Work { isolated_file: 60, migrated: 40, failed: 20, ..Work::default() };
        m.isolated[0] = Isolated::of(&work, 0, 100_000_000);
        let held = [0, 50_000_000, 90_000_000, 100_000_000].map(|now_ns| m.isolated[0].pages(now_ns));
        assert_eq!(held, [60, 40, 24, 0]);
        let mut reclaim = DirectReclaim::new(0, &mut m, &request);
        assert_eq!(reclaim.step(&mut m, &request), None);
        let first = m.take_sleep().expect("it sleeps");
        assert!((20_000_000..=24_000_000).contains(&first) && m.tally.pgscan_direct == 0 && !m.take_wake());
        // Still too many: this batch is given up, and the next pass waits anew.
        m.now_ns = first;
        m.isolated[0].stretch(2 * first);
        m.isolated[1] = Isolated::of(&work, 0, 10 * first);
        assert_eq!(reclaim.step(&mut m, &request), None);
        assert!(m.take_sleep().is_some_and(|until_ns| until_ns > first) && m.tally.pgscan_direct == 0);
        m.now_ns = 10 * first;
        assert_eq!(reclaim.step(&mut m, &request), Some(true));
        assert!(m.tally.pgsteal_direct >= CLUSTER && m.take_sleep().is_none() && m.take_wake(), "others may go on");
        m.settings.mglru = true;
        m.isolated[1] = Isolated::of(&work, m.now_ns, 2 * m.now_ns);
        assert!(!m.too_many_isolated(1));
    }

    #[test]
    fn progress_that_leaves_the_node_balanced_gives_kswapd_hope() {
        let mut m = machine();
        cache(&mut m, 100, 0);
        m.kswapd.failures = 16;
        assert!(reclaim(&mut m).0);
        assert_eq!(m.kswapd.failures, 0);
    }
}
