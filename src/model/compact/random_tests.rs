// SPDX-License-Identifier: GPL-2.0-only
//! Compaction of random drawn zones: nothing is lost, nobody loses a page, and what must hold holds after every step.

use super::testing::{free_pages, zone};
use super::{Control, FinishRule, Mode, Priority, Run, Step, Work};
use crate::model::check;
use crate::model::digest::{self, Digest};
use crate::model::frames::{Kind, Pfn};
use crate::model::freetype;
use crate::model::gfp::Gfp;
use crate::model::owners::Owners;
use crate::model::request::Request;
use crate::model::tally::Tally;
use crate::model::zone::Zone;

/// Numbers from a seed (xorshift64*).
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) % n
    }

    fn of<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len() as u64) as usize]
    }
}

fn random_zone(dice: &mut Dice) -> (Zone, Owners) {
    let blocks = 3 + dice.below(8);
    let free = 1 + dice.below(9);
    let line = |dice: &mut Dice| {
        let (kind, signs) =
            dice.of(&[("M", "mmf"), ("M*", "mf"), ("M", "mmSU"), ("U", "UUSm"), ("E", "UfU"), ("X", "SSU")]);
        let sign = |dice: &mut Dice| if dice.below(10) < free { '.' } else { dice.of(signs.as_bytes()) as char };
        let cells: String = (0..32).map(|_| sign(dice)).collect();
        format!("{kind} {cells}")
    };
    let lines: Vec<String> = (0..blocks).map(|_| line(dice)).collect();
    let (mut zone, owners) = zone(&lines.iter().map(String::as_str).collect::<Vec<_>>());
    if dice.below(2) == 0 {
        zone.set_up_pcp(0);
    }
    zone.tracer.switch(false);
    (zone, owners)
}

fn random_control(dice: &mut Dice) -> Control {
    let order = dice.of(&[1, 2, 4, 5, 9, 9, 9, 10]);
    let gfp = dice.of(&[Gfp::GFP_KERNEL, Gfp::GFP_NOFS, Gfp::GFP_HIGHUSER_MOVABLE]);
    let priority = dice.of(&[Priority::Async, Priority::SyncLight, Priority::SyncFull]);
    let direct = Control::direct(order, priority, &Request::slow(gfp, order, false));
    let mut control = match dice.below(6) {
        0 => Control::kcompactd(order, 2, dice.below(2) == 0),
        1 => Control::proactive(dice.below(100)),
        2 => Control { freetype: freetype::UNMAPPED, ..direct },
        _ => direct,
    };
    control.finish = dice.of(&[FinishRule::ByType, FinishRule::MappedBlock, FinishRule::Never]);
    if control.direct && dice.below(2) == 0 {
        control.capture = Some((dice.of(&[0, 3, order]), control.freetype));
    }
    control
}

/// Every page that had an owner still has it, and the owner knows where the page is.
fn assert_owned(zone: &Zone, owners: &Owners, slots: &[u32], seed: u64) {
    for &slot in slots {
        let pfn = owners.page(slot).expect("a slot keeps its page");
        assert_eq!((zone.frames.owner(pfn), zone.frames.kind(pfn)), (slot, Kind::Used), "seed {seed}: {pfn:#x}");
    }
}

fn check_seed(seed: u64) {
    let mut dice = Dice(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
    let (mut zone, mut owners) = random_zone(&mut dice);
    let slots: Vec<u32> =
        (0..zone.span.end_pfn - zone.span.start_pfn).filter(|&slot| owners.page(slot).is_some()).collect();
    for _ in 0..4 {
        let control = random_control(&mut dice);
        let (before, lru) = (free_pages(&zone), zone.lru_pages);
        let (whole_async, mut tally) = (control.mode == Mode::Async, Tally::default());
        let Ok(mut run) = Run::start(&mut zone, control) else { continue };
        let mut steps = 0;
        let captured = loop {
            steps += 1;
            assert!(steps < 10_000, "seed {seed}: a run without end");
            let step = run.step(&mut zone, &mut owners, &mut tally);
            check::assert_sound(&zone);
            match step {
                Step::Done { captured, .. } => break captured,
                Step::More { .. } => {
                    let (migrate, free) = run.positions();
                    assert!(zone.contains(migrate) && free < zone.span.end_pfn, "seed {seed}: {migrate:#x} {free:#x}");
                }
            }
        };
        assert_eq!(run.private_blocks(), [], "seed {seed}: a finished run holds pages");
        let taken = captured.map_or(0, |pfn| 1 << zone.frames.order(pfn));
        assert_eq!(free_pages(&zone) + taken, before, "seed {seed}, asynchronous {whole_async}");
        assert_eq!(zone.lru_pages, lru, "seed {seed}");
        assert_eq!(run.total().migrated, tally.pgmigrate_success);
        assert_eq!(run.total().migrate_scanned, tally.compact_migrate_scanned);
        assert_owned(&zone, &owners, &slots, seed);
        if let Some(pfn) = captured {
            zone.free_pages(pfn, zone.frames.order(pfn));
        }
        zone.drain_cpu(0);
    }
}

#[test]
fn nothing_is_lost() {
    (1..=300).for_each(check_seed);
}

/// Everything that tells two zones and two runs apart.
fn state(zone: &Zone, run: &Run) -> (u64, Work, (Pfn, Pfn)) {
    let mut digest = Digest::new();
    digest::zone(&mut digest, zone);
    run.private_blocks().into_iter().for_each(|(pfn, order)| digest.long(u64::from(pfn) << 8 | u64::from(order)));
    (digest.finish(), run.total(), run.positions())
}

#[test]
fn pinned_pages_together_are_as_one_by_one() {
    let mut pinned = 0;
    for seed in 1..=400u64 {
        let mut dice = Dice(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
        let (mut near, mut near_owners) = random_zone(&mut dice);
        let (mut far, mut far_owners) = (near.clone(), near_owners.clone());
        // Whoever watches every page gets them one by one.
        far.tracer.switch(true);
        for _ in 0..6 {
            let control = random_control(&mut dice);
            let mut tally = [Tally::default(), Tally::default()];
            let Ok(mut one) = Run::start(&mut near, control.clone()) else { continue };
            let mut two = Run::start(&mut far, control).expect("its twin starts");
            loop {
                let step = one.step(&mut near, &mut near_owners, &mut tally[0]);
                assert_eq!(step, two.step(&mut far, &mut far_owners, &mut tally[1]), "seed {seed}");
                assert_eq!(state(&near, &one), state(&far, &two), "seed {seed}");
                if let Step::Done { captured, .. } = step {
                    for zone in [&mut near, &mut far] {
                        captured.into_iter().for_each(|pfn| zone.free_pages(pfn, zone.frames.order(pfn)));
                    }
                    break;
                }
            }
            pinned += tally[0].pgmigrate_fail;
        }
    }
    assert!(pinned > 50_000, "pages stayed {pinned} times only");
}
