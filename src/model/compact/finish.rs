// SPDX-License-Identifier: GPL-2.0-only
//! When a run ends.
//!
//! Modelled: mm/compaction.c:__compact_finished@7.3 and compact_scanners_met, incl. vm.defrag_mode.
//! Differs: `FinishRule` is the policies' choice; `ByType` is the kernel's rule.

use super::{CompactEvent, FinishRule, Run, Status, proactive};
use crate::model::fallback::Fallback;
use crate::model::frames::Order;
use crate::model::freetype::{self, Freetype};
use crate::model::pageblock::{PAGEBLOCK_ORDER, PAGEBLOCK_PAGES, block_start};
use crate::model::watermark::WMARK_HIGH;
use crate::model::zone::{MAX_ORDER, Zone};

impl Run {
    /// `Continue`, or why the run is over. Resets the zone's cached positions when the scanners have met.
    pub(super) fn finished(&self, zone: &mut Zone) -> Status {
        let status = self.look_for_end(zone);
        zone.tracer.compaction(|| CompactEvent::Finished { status });
        if status == Status::NoSuitablePage { Status::Continue } else { status }
    }

    fn look_for_end(&self, zone: &mut Zone) -> Status {
        if self.scanners_met() {
            zone.compact.cached_migrate = [zone.span.start_pfn; 2];
            zone.compact.cached_free = block_start(zone.span.end_pfn - 1);
            zone.compact.blockskip_flush |= self.control.direct;
            return if self.control.whole_zone { Status::Complete } else { Status::PartialSkipped };
        }
        if let Some(low) = self.control.score_low {
            if self.gives_way {
                return Status::PartialSkipped;
            }
            let better = proactive::zone_score(zone) <= low;
            return self.unless_interrupted(if better { Status::Success } else { Status::Continue });
        }
        if let Some(pages) = self.control.stock_pages {
            let mapped = zone.free_blocks_mapped();
            return self.unless_interrupted(if mapped >= pages { Status::Success } else { Status::Continue });
        }
        let Some(order) = self.control.wanted().filter(|_| self.migrate.is_multiple_of(PAGEBLOCK_PAGES)) else {
            return Status::Continue;
        };
        if self.control.defrag_mode && !self.control.direct {
            let mark = zone.wmark_pages(WMARK_HIGH);
            let blocks = zone.free_blocks.seen();
            let enough =
                zone.watermark_test(order, mark, self.control.highest_zone, self.control.alloc_flags, blocks).ok();
            return if enough { Status::Success } else { Status::Continue };
        }
        if self.has_block(zone, order) {
            return Status::Success;
        }
        self.unless_interrupted(Status::NoSuitablePage)
    }

    fn has_block(&self, zone: &Zone, order: Order) -> bool {
        match self.control.finish {
            FinishRule::Never => false,
            FinishRule::ByType => is_free_for(zone, order, self.control.freetype),
            FinishRule::MappedBlock => {
                is_free_for(zone, order, self.control.freetype) || is_free_for(zone, order, freetype::UNMOVABLE)
            }
        }
    }

    /// mm/compaction.c:compact_scanners_met@7.3.
    pub(super) fn scanners_met(&self) -> bool {
        self.free >> PAGEBLOCK_ORDER <= self.migrate >> PAGEBLOCK_ORDER
    }

    fn unless_interrupted(&self, status: Status) -> Status {
        if self.interrupted { Status::Contended } else { status }
    }
}

/// A list of the type holds a large enough block, or the type may claim one. No watermark is asked.
fn is_free_for(zone: &Zone, order: Order, ft: Freetype) -> bool {
    (order..=MAX_ORDER).any(|o| {
        !zone.is_free_list_empty(o, ft)
            || ft == freetype::MOVABLE && !zone.is_free_list_empty(o, freetype::CMA)
            || matches!(zone.find_suitable_fallback(o, ft, true), Fallback::Found(_))
    })
}
