// SPDX-License-Identifier: GPL-2.0-only
//! Refills and drains of the per-CPU lists in bulk, as long as nobody looks in between.
//!
//! Stands for the loops of mm/page_alloc.c@7.3: rmqueue_bulk, free_pcppages_bulk. What comes out is what the page by
//! page paths of `percpu` give, to the place of every page on its list: the test below holds the two together.

use super::alloc_flags;
use super::buddy::Place;
use super::frames::{Order, PageRun};
use super::freetype::{self, Freetype};
use super::pageblock::PAGEBLOCK_ORDER;
use super::percpu::GiveBack;
use super::zone::{Capture, Zone, list_of};

impl Zone {
    /// Whether nothing but the lists tells many blocks that are taken at once from as many taken one by one.
    pub(super) fn may_refill_in_bulk(&self, order: Order, ft: Freetype) -> bool {
        let counts_once = freetype::is_counted_once(ft) && self.free_cma == 0;
        order < PAGEBLOCK_ORDER && counts_once && !self.tracer.keeps_everything()
    }

    /// Takes blocks of one type's own lists until `want` came or none is left. How many: what as many calls of
    /// `rmqueue_smallest` would give, in their order.
    pub(super) fn refill_in_bulk(&mut self, list: u32, order: Order, ft: Freetype, want: u32) -> u32 {
        self.refill_from(list, order, want, |zone| Some((zone.smallest_order(order, ft)?, ft)))
    }

    /// The same from other types' lists: what as many calls of `rmqueue_steal` would give.
    pub(super) fn steal_in_bulk(&mut self, list: u32, order: Order, ft: Freetype, want: u32) -> u32 {
        self.refill_from(list, order, want, |zone| zone.smallest_to_steal(order, ft))
    }

    /// Whether a steal leaves no trace but on the lists.
    pub(super) fn may_steal_in_bulk(&self, flags: u32) -> bool {
        flags & alloc_flags::NOFRAGMENT == 0 && self.tracer.keeps_nothing()
    }

    /// `next` says which list is next: of the smallest order that has one.
    #[inline]
    fn refill_from(
        &mut self,
        list: u32,
        order: Order,
        want: u32,
        next: impl Fn(&Zone) -> Option<(Order, Freetype)>,
    ) -> u32 {
        let mut got = 0;
        while got < want {
            let Some((high, ft)) = next(self) else { break };
            got += if high == order {
                let (count, emptied) = self.frames.move_first(list_of(order, ft), list, order, want - got);
                self.note_taken(order, ft, count, emptied);
                count
            } else {
                self.refill_from_larger(list, order, high, ft, want - got)
            };
        }
        self.free.add_each(self.cpu, -(1 << order), got);
        got
    }

    /// Cuts up one larger block, from its lower end: all lists below its order are empty, so that what follows is its
    /// next piece, until `want` came.
    fn refill_from_larger(&mut self, list: u32, order: Order, high: Order, ft: Freetype, want: u32) -> u32 {
        let pfn = self.first_free(high, ft).expect("the non-empty mask is right");
        self.del_from_free_list(pfn, high, ft);
        let count = want.min(1 << (high - order));
        self.frames.append_pieces(list, pfn, order, count);
        let (mut rest, end) = (pfn + (count << order), pfn + (1 << high));
        while rest < end {
            let order = rest.trailing_zeros() as Order;
            self.add_to_free_list(rest, order, ft, false);
            rest += 1 << order;
        }
        count
    }

    /// Whether a drain can be told from frees one by one only by where its pages end.
    pub(super) fn may_give_back_in_bulk(&self) -> bool {
        !matches!(self.capture, Capture::Told(_)) && !self.tracer.keeps_everything()
    }

    /// What a chunk still takes from one list: as many calls of `give_back_page` would do the same under the
    /// condition above. Whether there was anything.
    pub(super) fn give_back_list(&mut self, todo: &mut GiveBack) -> bool {
        let Some((list, order)) = self.next_give_back(todo) else { return false };
        if order > 0 {
            return self.give_back_page(todo).is_some();
        }
        let (mut last, mut count, mut uncounted) = (self.frames.last(list), 0, 0);
        while let Some(pfn) = last
            && i64::from(count) < todo.chunk_left
        {
            let run = self.frames.detach_run(pfn, todo.chunk_left as u32 - count);
            self.free_run(&run, &mut uncounted);
            count += run.count;
            last = run.before;
        }
        self.frames.cut_behind(list, last);
        self.free.add_each(self.cpu, 1, uncounted);
        self.pcp_mut().count -= count;
        todo.chunk_left -= i64::from(count);
        true
    }

    /// Frees pages that lie side by side. An aligned group of them is one block from the start: while they come one
    /// by one, the buddy of each part is within the group, so that no part stays on a list. Nor is a part caught, as
    /// groups are not larger than what is waited for. `uncounted` are pages still to be counted as free.
    fn free_run(&mut self, run: &PageRun, uncounted: &mut u32) {
        let (mut low, mut high) = (run.low, run.low + run.count);
        while low < high {
            let (end, ft) =
                if run.up { (low, self.blocks.freetype(low)) } else { (high, self.blocks.freetype(high - 1)) };
            let caught = self.caught_at(ft);
            let most = caught.unwrap_or(PAGEBLOCK_ORDER).min(PAGEBLOCK_ORDER);
            let order = end.trailing_zeros().min((high - low).ilog2()).min(u32::from(most)) as Order;
            let pfn = if run.up { low } else { high - (1 << order) };
            (low, high) = if run.up { (low + (1 << order), high) } else { (low, pfn) };
            if caught.is_none() && freetype::is_counted_once(ft) {
                *uncounted += 1 << order;
                self.merge_and_add(pfn, order, ft, Place::Usual);
                continue;
            }
            // A block that is caught is counted as free for a moment, and what came before it earlier.
            self.free.add_each(self.cpu, 1, std::mem::take(uncounted));
            (0..1 << order).for_each(|_| self.account_freepages(1, ft));
            self.merge_or_capture(pfn, order, ft, Place::Usual);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::check;
    use crate::model::dice::Dice;
    use crate::model::digest::{self, Digest};
    use crate::model::zone::ZoneSpan;

    /// Two equal zones; whoever watches the second sees every page, so that nothing is done in bulk there.
    fn twins() -> [Zone; 2] {
        let mut zone = Zone::new(ZoneSpan { index: 1, start_pfn: 4096, end_pfn: 4096 + 8 * 1024 - 100 }, 1);
        zone.release_range(4096, 4096 + 8 * 1024 - 100);
        zone.free.set_threshold(8);
        (zone.pcp[0].batch, zone.pcp[0].high_min, zone.pcp[0].high_max) = (63, 300, 900);
        let mut watched = zone.clone();
        watched.tracer.switch(true);
        [zone, watched]
    }

    fn digest_of(zone: &Zone) -> u64 {
        let mut digest = Digest::new();
        digest::zone(&mut digest, zone);
        digest.finish()
    }

    #[test]
    fn in_bulk_is_as_page_by_page() {
        let (mut twins, mut dice, mut held, mut caught) = (twins(), Dice(3), Vec::new(), 0);
        for step in 0..40_000u32 {
            // Phases in which more is taken than given, and the other way round; some frees go in order, some not.
            let give = dice.below(8) < if step / 2500 % 2 == 0 { 3 } else { 5 };
            if give && !held.is_empty() {
                let at = if step / 5000 % 2 == 0 { held.len() - 1 } else { dice.below(held.len() as u32) as usize };
                let (pfn, order) = held.remove(at);
                twins.iter_mut().for_each(|zone| zone.free_pages(pfn, order));
            } else {
                let order = [0, 0, 0, 0, 1, 2, 3, 4][dice.below(8) as usize];
                let ft = [freetype::MOVABLE, freetype::UNMOVABLE, freetype::RECLAIMABLE][dice.below(20) as usize / 9];
                let [one, two] = twins.each_mut().map(|zone| zone.rmqueue(order, ft, 0));
                assert_eq!(one, two, "step {step}");
                held.extend(one.map(|pfn| (pfn, order)));
            }
            if dice.below(200) == 0 {
                let order = [0, 2, 9][dice.below(3) as usize];
                let freetype = [freetype::MOVABLE, freetype::UNMOVABLE][dice.below(2) as usize];
                let [one, two] = twins.each_mut().map(|zone| {
                    zone.capture = Capture::Waiting { order, freetype };
                    zone.drain_cpu(0);
                    if let Capture::Caught(pfn) = std::mem::take(&mut zone.capture) { Some(pfn) } else { None }
                });
                assert_eq!(one, two, "step {step}: another block was caught");
                held.extend(one.map(|pfn| (pfn, order)));
                caught += u32::from(one.is_some());
            }
            twins[1].tracer.take();
            assert!(step % 50 > 0 || digest_of(&twins[0]) == digest_of(&twins[1]), "the twins differ by step {step}");
        }
        check::assert_sound(&twins[0]);
        assert!(caught > 50, "a block was caught {caught} times only");
    }
}
