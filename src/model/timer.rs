// SPDX-License-Identifier: GPL-2.0-only
//! When a sleep with a timeout ends: timers fire with the tick, and the longer they run, the coarser.
//!
//! Stands for kernel/time/timer.c@7.3: calc_index, calc_wheel_index.
//! Modelled: the wheel's levels, that each rounds up. Simplified: HZ is 250, as in all measured guests.

/// HZ is 250.
pub const TICK_NS: u64 = 4_000_000;
/// Buckets of a level of the wheel; each level is 8 times as coarse as the one before.
const BUCKETS: u64 = 64;
const LEVEL_SHIFT: u32 = 3;
const LEVELS: u32 = 9;

/// When a timeout of so many ticks (`schedule_timeout`) that begins now is over. Ticks are counted from 0.
pub fn end_ns(now_ns: u64, ticks: u64) -> u64 {
    let expires = now_ns / TICK_NS + ticks;
    let level = (1..LEVELS).take_while(|level| ticks >= (BUCKETS - 1) << (LEVEL_SHIFT * (level - 1))).count() as u32;
    let shift = LEVEL_SHIFT * level;
    (((expires + (1 << shift)) >> shift) << shift) * TICK_NS
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: u64 = 1_000_000;

    /// As traced with HZ=250: kcompactd looks each 512 ms, and kswapd's nap of 25 ticks takes 26.
    #[test]
    fn timeouts_end_as_in_a_traced_boot() {
        for (from_ms, to_ms) in [(1536, 2048), (2048, 2560), (4196, 4704), (7240, 7744)] {
            assert_eq!(end_ns(from_ms * MS, 125), to_ms * MS, "from {from_ms} ms");
        }
        assert_eq!(end_ns(4008 * MS, 25), 4112 * MS);
    }

    #[test]
    fn a_timeout_is_never_cut_short_and_hardly_an_eighth_too_long() {
        for ticks in (0..20_000).step_by(7) {
            for now_ns in [0, 3 * MS, 1_234_567_890] {
                let ns = end_ns(now_ns, ticks) - now_ns;
                assert!(ns >= ticks * TICK_NS, "{ticks} ticks from {now_ns}");
                assert!(ns <= (ticks + 1 + (ticks + 1) / 7) * TICK_NS, "{ticks} ticks from {now_ns}: {ns}");
            }
        }
    }
}
