// SPDX-License-Identifier: GPL-2.0-only
//! Event counters of a machine, with the names that /proc/vmstat prints.
//!
//! Stands for `enum vm_event_item` (include/linux/vm_event_item.h@7.3).
//!
//! Modelled: the counters below. Simplified: one value for each, not one per CPU, so a reader sees exact sums.

macro_rules! counters {
    ($($name:ident),* $(,)?) => {
        /// Counts since the machine started; pages where the kernel counts pages.
        #[derive(Clone, Debug, Default, PartialEq, Eq)]
        pub struct Tally {
            $(pub $name: u64,)*
        }

        impl Tally {
            /// Name and value of each counter, in the order of declaration.
            pub fn names(&self) -> impl Iterator<Item = (&'static str, u64)> {
                [$((stringify!($name), self.$name)),*].into_iter()
            }
        }
    };
}

counters! {
    pgalloc,
    pgfree,
    allocstall,
    pageoutrun,
    pgsteal_kswapd,
    pgsteal_direct,
    pgscan_kswapd,
    pgscan_direct,
    oom_kill,
    pgmigrate_success,
    pgmigrate_fail,
    compact_migrate_scanned,
    compact_free_scanned,
    compact_isolated,
    compact_stall,
    compact_fail,
    compact_success,
    compact_daemon_wake,
    compact_daemon_migrate_scanned,
    compact_daemon_free_scanned,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_vmstat() {
        let tally = Tally { compact_isolated: 7, ..Tally::default() };
        assert_eq!(tally.names().find(|&(name, _)| name == "compact_isolated"), Some(("compact_isolated", 7)));
        assert_eq!(tally.names().map(|(_, value)| value).sum::<u64>(), 7);
    }
}
