// SPDX-License-Identifier: GPL-2.0-only
//! Everything that is counted, under vmstat names (mm/vmstat.c:vmstat_text@7.3).
//!
//! Counters of the series (`um_*`) carry the names its port printed.

macro_rules! tally {
    ($($(#[$doc:meta])* $name:ident = $text:literal,)*) => {
        /// Counts since the start of a run.
        #[derive(Clone, Debug, Default, PartialEq, Eq)]
        pub struct Tally {
            /// By zone index.
            pub pgalloc: [u64; 5],
            /// By highest zone index of the request.
            pub allocstall: [u64; 5],
            $($(#[$doc])* pub $name: u64,)*
        }

        impl Tally {
            /// Calls `f` with each name and value, in a fixed order.
            pub fn each(&self, mut f: impl FnMut(&'static str, u64)) {
                self.tell(&mut f);
            }

            /// One copy for all callers: the list is long.
            fn tell(&self, f: &mut dyn FnMut(&'static str, u64)) {
                const ALLOC: [&str; 5] =
                    ["pgalloc_dma", "pgalloc_dma32", "pgalloc_normal", "pgalloc_movable", "pgalloc_device"];
                const STALL: [&str; 5] =
                    ["allocstall_dma", "allocstall_dma32", "allocstall_normal", "allocstall_movable", "allocstall_device"];
                ALLOC.iter().zip(self.pgalloc).for_each(|(name, value)| f(name, value));
                STALL.iter().zip(self.allocstall).for_each(|(name, value)| f(name, value));
                $(f($text, self.$name);)*
            }
        }
    };
}

tally! {
    pgfree = "pgfree",
    pgactivate = "pgactivate",
    pgdeactivate = "pgdeactivate",
    pgscan_kswapd = "pgscan_kswapd",
    pgscan_direct = "pgscan_direct",
    pgsteal_kswapd = "pgsteal_kswapd",
    pgsteal_direct = "pgsteal_direct",
    slabs_scanned = "slabs_scanned",
    pageoutrun = "pageoutrun",
    kswapd_low_wmark_hit_quickly = "kswapd_low_wmark_hit_quickly",
    kswapd_high_wmark_hit_quickly = "kswapd_high_wmark_hit_quickly",
    workingset_refault_file = "workingset_refault_file",
    pgmajfault = "pgmajfault",
    oom_kill = "oom_kill",
    pgmigrate_success = "pgmigrate_success",
    pgmigrate_fail = "pgmigrate_fail",
    compact_migrate_scanned = "compact_migrate_scanned",
    compact_free_scanned = "compact_free_scanned",
    compact_isolated = "compact_isolated",
    compact_stall = "compact_stall",
    compact_fail = "compact_fail",
    compact_success = "compact_success",
    compact_daemon_wake = "compact_daemon_wake",
    compact_daemon_migrate_scanned = "compact_daemon_migrate_scanned",
    compact_daemon_free_scanned = "compact_daemon_free_scanned",
    thp_fault_alloc = "thp_fault_alloc",
    thp_fault_fallback = "thp_fault_fallback",
    thp_collapse_alloc = "thp_collapse_alloc",
    thp_split_page = "thp_split_page",
    direct_map_level2_splits = "direct_map_level2_splits",
    /// Pageblocks taken out of the direct map, and put back.
    blocks_unmapped = "um_block_unmap",
    blocks_mapped_back = "um_block_map",
    /// Flips that found no whole free block.
    flips_failed = "um_flip_noblock",
    /// Pages lost by capturing at the wrong order.
    pages_leaked = "um_pages_leaked",
}

/// Who reclaims: decides the counters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reclaimer {
    Direct,
    Kswapd,
}

impl Tally {
    pub fn count_scan(&mut self, who: Reclaimer) {
        match who {
            Reclaimer::Direct => self.pgscan_direct += 1,
            Reclaimer::Kswapd => self.pgscan_kswapd += 1,
        }
    }

    pub fn count_steal(&mut self, who: Reclaimer) {
        match who {
            Reclaimer::Direct => self.pgsteal_direct += 1,
            Reclaimer::Kswapd => self.pgsteal_kswapd += 1,
        }
    }
}
