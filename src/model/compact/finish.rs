// SPDX-License-Identifier: GPL-2.0-only
//! Whether a run is over.
//!
//! Stands for mm/compaction.c:__compact_finished@7.3. Modelled: all of it but fatal signals and rescheduling.

use super::control::FinishRule;
use super::run::Run;
use super::{Status, proactive};
use crate::model::fallback::Fallback;
use crate::model::frames::Order;
use crate::model::freetype::{self, Freetype};
use crate::model::pageblock::{PAGEBLOCK_ORDER, block_start};
use crate::model::watermark::WMARK_HIGH;
use crate::model::zone::{MAX_ORDER, Zone};

impl Run {
    /// Continue, or how the run ends.
    pub(super) fn finished(&self, zone: &mut Zone) -> Status {
        if self.scanners_met() {
            zone.compact.cached_migrate = [zone.span.start_pfn; 2];
            zone.compact.cached_free = block_start(zone.span.end_pfn - 1);
            if self.control.direct {
                zone.compact.blockskip_flush = true;
            }
            return if self.whole_zone { Status::Complete } else { Status::PartialSkipped };
        }
        if let Some(low) = self.control.score_low {
            if self.gives_way {
                return Status::PartialSkipped;
            }
            return if proactive::zone_score(zone) > low { Status::Continue } else { Status::Success };
        }
        if self.control.order == -1 || !self.migrate.is_multiple_of(512) {
            return Status::Continue;
        }
        let order = self.control.order as Order;
        if self.control.defrag_mode && !self.control.direct {
            let high = zone.wmark_pages(WMARK_HIGH);
            let free = zone.free_blocks.seen();
            let ok = zone.watermark_test(order, high, self.control.highest_zone, self.control.alloc_flags, free).ok();
            return if ok { Status::Success } else { Status::Continue };
        }
        if self.has_block(zone, order) { Status::Success } else { Status::Continue }
    }

    pub(super) fn scanners_met(&self) -> bool {
        self.free >> PAGEBLOCK_ORDER <= self.migrate >> PAGEBLOCK_ORDER
    }

    fn has_block(&self, zone: &Zone, order: Order) -> bool {
        match self.control.finish {
            FinishRule::ByType => takes(zone, order, self.control.freetype),
            FinishRule::MappedBlock => takes(zone, order, freetype::UNMOVABLE),
            FinishRule::Never => false,
        }
    }
}

/// Some list at or above the order has a block that a request of this type would take or claim.
fn takes(zone: &Zone, order: Order, ft: Freetype) -> bool {
    (order..=MAX_ORDER).any(|o| {
        !zone.is_free_list_empty(o, ft)
            || ft == freetype::MOVABLE && !zone.is_free_list_empty(o, freetype::CMA)
            || matches!(zone.find_suitable_fallback(o, ft, true), Fallback::Found(_))
    })
}
