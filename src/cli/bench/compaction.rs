// SPDX-License-Identifier: GPL-2.0-only
//! Compaction of a fragmented guest, per page that it moves, beside what freeing a page and taking another costs.

use super::clock::{Lane, Turn, timed};
use super::core::{machine, shuffled};
use crate::experiment::seed::stream;
use crate::model::buddy::Place;
use crate::model::compact::{Control, Run};
use crate::model::digest::{self, Digest};
use crate::model::frames::Pfn;
use crate::model::freetype;
use crate::model::gfp::Gfp;
use crate::model::machine::Machine;
use crate::sim::World;

/// Compaction of the whole zone, and random frees with a refill, past the per-CPU lists.
pub fn lanes(mib: u32) -> Vec<Lane<'static>> {
    vec![
        Lane::new("compaction: whole zone", "migrated page", move || compact(mib)),
        Lane::new("compaction: free and take", "page", move || free_and_take(mib)),
    ]
}

/// Three of four chunks of 16 pages are free, the rest movable.
fn fragmented(mib: u32) -> World {
    let mut world = World::new(machine(mib), stream(1, "run"));
    let process = world.add_process("antagonist", 0);
    let gfp = Gfp::GFP_HIGHUSER_MOVABLE;
    let mut slots = Vec::new();
    for _ in 0..mib * 256 / 4 * 3 {
        let pfn = world.machine.alloc_fast(gfp, 0, gfp.migratetype()).expect("three quarters of a guest can be taken");
        slots.push(world.hold_anon(process, pfn));
    }
    slots.iter().enumerate().filter(|(i, _)| i / 16 % 4 != 0).for_each(|(_, &slot)| world.unmap_anon(slot));
    world.machine.drain_all();
    world
}

fn compact(mib: u32) -> Turn {
    let Machine { node, owners, tally, .. } = &mut fragmented(mib).machine;
    let zone = node.zones.last_mut().expect("a machine has a zone");
    let before = tally.pgmigrate_success;
    let (_, ns) = timed(|| {
        let run = Run::start(zone, Control::proactive(0)).expect("a proactive run always sets out");
        run.finish_now(zone, owners, tally)
    });
    let mut digest = Digest::new();
    digest::zone(&mut digest, zone);
    Turn { ns, ops: tally.pgmigrate_success - before, digest: digest.finish() }
}

fn free_and_take(mib: u32) -> Turn {
    let mut machine = machine(mib);
    let zone = machine.node.zones.last_mut().expect("a machine has a zone");
    let mut held: Vec<Pfn> = Vec::new();
    let count = mib * 256 / 4 * 3;
    held.extend((0..count).map_while(|_| zone.rmqueue_buddy(0, freetype::MOVABLE, 0)));
    let order = shuffled(held.len() as u32);
    let (_, ns) = timed(|| {
        order.iter().for_each(|&i| zone.free_to_buddy(held[i as usize], 0, Place::Usual));
        order.iter().for_each(|_| _ = zone.rmqueue_buddy(0, freetype::MOVABLE, 0));
    });
    let mut digest = Digest::new();
    digest::zone(&mut digest, zone);
    Turn { ns, ops: u64::from(count), digest: digest.finish() }
}
