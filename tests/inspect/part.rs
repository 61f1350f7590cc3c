// SPDX-License-Identifier: GPL-2.0-only
//! Where two policies part.

use oompoint::inspect::Divergences;
use oompoint::inspect::blocks::Blocks;
use oompoint::model::journal::Kind;

use crate::{benchmark, record};

#[test]
fn base_and_series_part_at_the_first_flip() {
    for seed in 1..=4 {
        let (mut base, mut series) = (record(&benchmark("base", seed)), record(&benchmark("series", seed)));
        let all = Divergences::of(&base, &series);
        let first = all.pairs[0];
        assert_eq!(first.a, first.b);
        assert_eq!(base.decisions(0, first.a), series.decisions(0, first.a));
        let flip = |kind| matches!(kind, Kind::BlockUnmapped | Kind::FlipFailed);
        let at = series.stream().first_from(0, |entry| flip(entry.kind())).expect("series flips");
        // The block may have to be claimed first, which is part of the flip.
        let claim = at.checked_sub(1).filter(|&before| {
            let entry = series.stream().get(before).expect("an entry before another");
            entry.kind() == Kind::Extfrag && entry.order() == 9
        });
        assert_eq!(first.b, claim.unwrap_or(at));
        let divergence = all.explain(0, &mut base, &mut series).expect("there is a first one");
        let row = divergence.b.row.as_ref().expect("series has a row");
        assert!(row.name.starts_with(if claim.is_some() { "mm_page_alloc_extfrag" } else { "um_" }), "{divergence:?}");
        assert!(divergence.b.reason.contains("series") && divergence.blocks_differ > 0);
        assert_ne!(divergence.a.row, divergence.b.row);
    }
}

#[test]
fn the_state_difference_is_counted_block_by_block() {
    let (mut a, mut b) = (record(&benchmark("series", 3)), record(&benchmark("blunt", 3)));
    let all = Divergences::of(&a, &b);
    let divergence = all.explain(0, &mut a, &mut b).expect("blunt compacts where series does not");
    let blocks =
        |recording: &mut oompoint::inspect::Recording, ordinal| Blocks::of(&recording.world_at(ordinal).machine.node);
    let (of_a, of_b) = (blocks(&mut a, divergence.pair.a), blocks(&mut b, divergence.pair.b));
    let differ = (0..of_a.len()).filter(|&i| of_a.differs(&of_b, i)).count();
    assert_eq!(divergence.blocks_differ as usize, differ);
    let free: u64 = of_a.free.iter().map(|&pages| u64::from(pages)).sum();
    assert!(free.abs_diff(divergence.a.free_pages) < 512, "only counter drift lies between");
}

#[test]
fn equal_runs_do_not_part_and_the_rest_is_in_order() {
    let (one, two) = (record(&benchmark("series", 1)), record(&benchmark("series", 1)));
    assert_eq!(Divergences::of(&one, &two), Divergences::default());
    let base = record(&benchmark("base", 1));
    let all = Divergences::of(&base, &two);
    assert!(all.pairs.len() > 1);
    assert!(all.pairs.windows(2).all(|pair| {
        pair[0].requested_mib < pair[1].requested_mib && pair[0].a <= pair[1].a && pair[0].b <= pair[1].b
    }));
    let second = all.pairs[1];
    assert_eq!(all.after(all.pairs[0].requested_mib), Some(1));
    assert_eq!(all.before(second.requested_mib), Some(0));
    assert_eq!(all.before(all.pairs[0].requested_mib), None);
    assert_eq!(all.after(all.pairs[all.pairs.len() - 1].requested_mib), None);
}
