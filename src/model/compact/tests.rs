// SPDX-License-Identifier: GPL-2.0-only
//! Compaction of small drawn zones.

use super::suitable::{compact_gap, fragmentation_index, suit_allocation_order};
use super::testing::{CELL, START, direct, draw, events, free_pages, zone};
use super::*;
use crate::model::check;
use crate::model::frames::{Kind, Pfn};
use crate::model::freetype;
use crate::model::gfp::Gfp;
use crate::model::node::Node;
use crate::model::owners::Owners;
use crate::model::tally::Tally;
use crate::model::zone::{Zone, list_of};

const FULL: &str = "M mmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmm";
const HALF: &str = "M m.m.m.m.m.m.m.m.m.m.m.m.m.m.m.m.";
const TOP: &str = "M mm..............................";
const UNMOVABLE: &str = "U UUUUUUUUUUUUUUUUUUUUUUUUUUUUUUUU";

fn run(zone: &mut Zone, owners: &mut Owners, cc: Control) -> (Status, Option<Pfn>, Work, Tally) {
    let mut tally = Tally::default();
    let run = Run::start(zone, cc).expect("compaction is worth a try");
    let (status, captured, work) = run.finish_now(zone, owners, &mut tally);
    check::assert_sound(zone);
    (status, captured, work, tally)
}

fn movable(order: u8) -> Control {
    direct(Priority::SyncLight, order, Gfp::GFP_HIGHUSER_MOVABLE)
}

fn unmapped(finish: FinishRule) -> Control {
    Control { freetype: freetype::UNMAPPED, finish, free_count: FreeCount::MappedBlocks, ..movable(9) }
}

#[test]
fn one_block_is_made_and_owners_follow() {
    let (mut z, mut owners) = zone(&[HALF, FULL, FULL, TOP]);
    let (status, captured, work, tally) = run(&mut z, &mut owners, movable(9));
    assert_eq!((status, captured), (Status::Success, None));
    assert_eq!(draw(&z)[0], "M* ................................");
    assert_eq!((work.migrated, work.failed), (256, 0));
    assert_eq!((tally.pgmigrate_success, tally.compact_isolated), (256, work.isolated));
    assert_eq!(tally.compact_migrate_scanned, work.migrate_scanned);
    for slot in 0..1312 {
        let pfn = owners.page(slot).expect("every page still has its owner");
        assert_eq!((z.frames.owner(pfn), z.frames.kind(pfn)), (slot, Kind::Used));
    }
}

#[test]
fn sources_move_highest_first_to_the_top_of_the_zone() {
    let (mut z, mut owners) = zone(&[HALF, FULL, FULL, TOP]);
    let mut run = Run::start(&mut z, Control { order: -1, whole_zone: true, ..movable(9) }).expect("starts");
    let mut tally = Tally::default();
    run.step(&mut z, &mut owners, &mut tally);
    assert!(z.blocks.skip(START), "the skip bit is set at the first isolated page");
    let pairs = events(&mut z).into_iter().filter_map(|event| match event {
        CompactEvent::Target { src, dst, .. } => Some((src, dst)),
        _ => None,
    });
    let pairs: Vec<_> = pairs.collect();
    let sources: Vec<Pfn> = (START..START + 16).chain(START + 32..START + 48).rev().collect();
    assert_eq!(pairs.iter().map(|&(src, _)| src).collect::<Vec<_>>(), sources);
    let top = START + 3 * 512 + 2 * CELL;
    assert_eq!(pairs[0].1, Some(top), "the free scanner takes the last block's first free pages");
    assert_eq!(pairs[31].1, Some(top + 31));
    assert_eq!(tally.compact_migrate_scanned, 0, "scanned pages are counted when the run ends");
}

#[test]
fn the_trap_of_suitability() {
    let (mut z, _) = zone(&[HALF, FULL, HALF]);
    assert_eq!(fragmentation_index(&z, 9), 1000 - (1000 + 512 * 1000 / 512) / 32);
    assert_eq!(suit_allocation_order(&z, &movable(9)), Status::Continue);
    z.watermark = [600, 700, 800, 900];
    assert_eq!(suit_allocation_order(&z, &movable(9)), Status::Skipped);
    // Free memory in one large chunk: a failure of order 9 is put down to a lack of memory.
    let (z, _) = zone(&["M ................mmmmmmmmmmmmmmmm", FULL]);
    assert_eq!(fragmentation_index(&z, 9), -500);
    let (z, _) = zone(&["M ........mmmm....mmmm....mmmmmmmm", FULL]);
    assert_eq!(fragmentation_index(&z, 9), 1000 - (1000 + 256 * 1000 / 512) / 3);
    assert_eq!(suit_allocation_order(&z, &movable(9)), Status::Skipped, "at most 500");
    let (z, _) = zone(&["X ................................", HALF]);
    assert_eq!(suit_allocation_order(&z, &movable(9)), Status::Success, "the kernel's count takes unmapped blocks");
    assert_eq!(
        suit_allocation_order(&z, &unmapped(FinishRule::ByType)),
        Status::Continue,
        "that of mapped ones does not"
    );
    assert_eq!([compact_gap(0), compact_gap(3), compact_gap(4), compact_gap(10)], [2, 16, 32, 32]);
}

#[test]
fn blunt_early_and_never() {
    let blocks = [HALF, HALF, HALF, HALF, HALF, HALF, HALF, HALF];
    for (finish, want, whole) in [
        (FinishRule::ByType, Status::PartialSkipped, 3..9),
        (FinishRule::MappedBlock, Status::Success, 1..2),
        (FinishRule::Never, Status::PartialSkipped, 3..9),
    ] {
        let (mut z, mut owners) = zone(&blocks);
        let (status, ..) = run(&mut z, &mut owners, unmapped(finish));
        let made = z.nr_free[9] + 2 * z.nr_free[10];
        assert_eq!(status, want, "{finish:?}");
        assert!(whole.contains(&made), "{finish:?} made {made} blocks");
    }
}

#[test]
fn a_movable_request_takes_no_small_foreign_block() {
    // One chunk of order 4, or half of it.
    let run = |chunk, order, ft| {
        let (mut z, _) = zone(&["U .UUUUUUUUUUUUUUUUUUUUUUUUUUUUUUU", FULL, FULL, FULL]);
        if chunk == 3 {
            z.rmqueue_buddy(3, freetype::UNMOVABLE, 0).expect("its other half");
        }
        assert_eq!(z.nr_free.iter().position(|&blocks| blocks > 0), Some(chunk));
        let cc = Control { freetype: ft, order: -1, whole_zone: true, ..movable(9) };
        let mut run = Run::start(&mut z, cc).expect("starts");
        run.control.order = order;
        run.finished(&mut z)
    };
    assert_eq!(run(4, 4, freetype::MOVABLE), Status::Success);
    assert_eq!(run(4, 3, freetype::MOVABLE), Status::Success);
    assert_eq!(run(3, 3, freetype::MOVABLE), Status::Continue);
    assert_eq!(run(3, 3, freetype::RECLAIMABLE), Status::Success);
    assert_eq!(run(4, 5, freetype::MOVABLE), Status::Continue);
    assert_eq!(run(4, 4, freetype::UNMAPPED), Status::Continue);
}

#[test]
fn capture_demands_order_and_flag() {
    for (ft, caught) in [(freetype::MOVABLE, true), (freetype::UNMOVABLE, true), (freetype::UNMAPPED, false)] {
        let (mut z, mut owners) = zone(&[HALF, FULL, FULL, TOP]);
        let cc = Control { capture: Some((9, ft)), finish: FinishRule::Never, ..movable(9) };
        let before = free_pages(&z);
        let (status, captured, ..) = run(&mut z, &mut owners, cc);
        assert_eq!(captured, caught.then_some(START), "{ft}");
        assert_eq!(status == Status::Success, caught);
        assert_eq!(free_pages(&z), before - if caught { 512 } else { 0 });
    }
    let (mut z, mut owners) = zone(&[HALF, FULL, FULL, TOP]);
    let cc = Control { capture: Some((3, freetype::UNMOVABLE)), ..movable(9) };
    assert_eq!(run(&mut z, &mut owners, cc).1, None, "a small Unmovable request leaves Movable blocks alone");
}

#[test]
fn secretmem_is_isolated_and_stays() {
    let (mut z, mut owners) = zone(&["M SSmm............................", UNMOVABLE, TOP, TOP]);
    let (status, _, work, tally) = run(&mut z, &mut owners, Control { order: -1, whole_zone: true, ..movable(9) });
    assert_eq!(status, Status::Complete);
    assert_eq!(draw(&z)[0], "M* SS..............................");
    assert_eq!((work.failed, tally.pgmigrate_fail, work.migrated), (32, 32, 64));
    assert_eq!(z.lru_pages(crate::model::lru::Lru::Unevictable), 32);
    let tried = events(&mut z).iter().filter(|event| matches!(event, CompactEvent::TargetBack { .. })).count();
    assert_eq!(tried as u64, 2 * work.failed, "a synchronous run tries each twice");
}

#[test]
fn unmovable_blocks_are_neither_moved_nor_filled() {
    let blocks = [HALF, UNMOVABLE, "U UU..............................", TOP];
    let (mut z, mut owners) = zone(&blocks);
    run(&mut z, &mut owners, Control { order: -1, whole_zone: true, ..movable(9) });
    let after = draw(&z);
    assert_eq!((after[1].as_str(), after[2].as_str()), ("U* UUUUUUUUUUUUUUUUUUUUUUUUUUUUUUUU", blocks[2]));
}

#[test]
fn at_full_priority_unmapped_blocks_are_still_left_alone() {
    let (mut z, mut owners) = zone(&[HALF, UNMOVABLE, "X SS.S.UUUUUUUUUUUUUUUUUUUUUUUUUUU"]);
    let cc = direct(Priority::SyncFull, 9, Gfp::GFP_HIGHUSER_MOVABLE);
    run(&mut z, &mut owners, Control { order: -1, ..cc });
    assert!(!draw(&z)[2].contains('m'));
}

#[test]
fn an_asynchronous_run_frees_aligned_pieces_or_nothing() {
    let (mut z, mut owners) =
        zone(&["M mmUm.mmmmm.mmmmmmmmmmmmmmmmmmmmm", FULL, FULL, "M mm.m.m.m.m.m.m.m.m.m.m.m.m.m.m.m"]);
    let cc = Control { mode: Mode::Async, finish: FinishRule::Never, ..movable(6) };
    let mut run = Run::start(&mut z, cc).expect("starts");
    run.step(&mut z, &mut owners, &mut Tally::default());
    let first = events(&mut z).into_iter().find(|event| matches!(event, CompactEvent::IsolateMigratepages { .. }));
    // 32 frames are taken before the unmovable one would be met: the batch is full. The next call is in the same
    // block, so it knows no batch; it meets the unmovable page at once and frees the next piece whole.
    let want = CompactEvent::IsolateMigratepages { start: START, end: START + 32, scanned: 32, taken: 32 };
    assert_eq!(first, Some(want));
    run.step(&mut z, &mut owners, &mut Tally::default());
    let second = events(&mut z).into_iter().find(|event| matches!(event, CompactEvent::IsolateMigratepages { .. }));
    let (start, end) = (START + 32, START + 128);
    let want = CompactEvent::IsolateMigratepages { start, end, scanned: 1 + 16 + 48, taken: 48 };
    assert_eq!(second, Some(want));
    assert_eq!(z.frames.flags(START + 48) & 1, 1, "the rest of the piece stays on its list");
}

#[test]
fn private_blocks_split_from_the_front() {
    let (mut z, _) = zone(&[HALF, FULL, FULL, TOP]);
    let mut run = Run::start(&mut z, Control { order: -1, whole_zone: true, ..movable(9) }).expect("starts");
    let block = z.frames.first(list_of(5, freetype::MOVABLE)).expect("a free block of order 5");
    run.nr_migrate = 8;
    assert_eq!(run.take_free_block(&mut z, block, 5), 32);
    let mut take = |order| run.alloc_target(&mut z, 0, order).expect("a target");
    assert_eq!([take(0), take(0), take(1), take(2)], [block, block + 1, block + 2, block + 4]);
    assert_eq!((run.private_pages(), run.nr_migrate), (24, 0));
    run.return_target(&mut z, block + 1, 0);
    run.return_target(&mut z, block, 0);
    assert_eq!(run.alloc_target(&mut z, 0, 0), Some(block), "what came back last goes out first");
    check::assert_sound(&z);
}

#[test]
fn the_fast_search_rotates_what_it_found_to_the_tail() {
    let (mut z, _) = zone(&[HALF, "M m..m..m..m..m..m..m..m..m..m..mm", FULL, FULL, FULL, FULL, FULL, TOP]);
    let mut run = Run::start(&mut z, movable(9)).expect("starts");
    z.blocks.set_skip(START, true);
    let list = list_of(5, freetype::MOVABLE);
    let before: Vec<Pfn> = z.frames.iter(list).collect();
    let at = before.iter().position(|&pfn| pfn >= START + 512).expect("a chunk of the second block");
    assert_eq!(run.fast_find_migrateblock(&mut z), START + 512);
    let after: Vec<Pfn> = z.frames.iter(list).collect();
    assert!(at + 1 < before.len(), "there is something to rotate");
    assert_eq!(after, [&before[at + 1..], &before[..=at]].concat());
}

#[test]
fn skip_bits_are_forgotten_only_after_a_full_direct_run() {
    let (mut z, _) = zone(&[
        "M* mm..............................",
        "U* UUUUUUUUUUUUUUUUUUUUUUUUUUUUUUUU",
        "M* mm..............................",
    ]);
    skip::reset_isolation_suitable(&mut z);
    assert!(z.blocks.skip(START));
    z.compact.blockskip_flush = true;
    skip::reset_isolation_suitable(&mut z);
    let skips: Vec<bool> = z.blocks.starts().take(3).map(|block| z.blocks.skip(block)).collect();
    assert_eq!(skips, [false, true, false]);
    assert_eq!((z.compact.cached_migrate, z.compact.cached_free), ([START; 2], START + 3 * 512 - 1));
    assert_eq!((z.compact.init_migrate, z.compact.init_free), (START, START + 3 * 512 - 1));
    assert!(!z.compact.blockskip_flush);
}

#[test]
fn proactive_scores() {
    let (z, _) = zone(&["M ................................", HALF, HALF, FULL]);
    assert_eq!(proactive::zone_score(&z), 50);
    assert_eq!((proactive::low_mark(20), proactive::high_mark(20)), (80, 90));
    assert_eq!(proactive::node_score(&Node::new(vec![z], false)), 2048 * 50 / 2049);
    assert_eq!(proactive::zone_score(&zone(&[FULL]).0), 0);
}
