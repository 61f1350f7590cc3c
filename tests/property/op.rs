// SPDX-License-Identifier: GPL-2.0-only
//! What a run does: operations as data, so that a prefix of the list means the same each time.

use oompoint::model::alloc_flags;
use oompoint::model::gfp::Gfp;
use rand::rngs::Xoshiro256PlusPlus;
use rand::{RngExt, SeedableRng};

/// Picks like `held` and `block` are numbers taken modulo what there is when the operation runs.
#[derive(Clone, Debug)]
pub enum Op {
    /// A zonelist walk; the slow path's flags if `slow`, and `extra` flags besides.
    Walk {
        gfp: Gfp,
        order: u8,
        slow: bool,
        extra: u32,
    },
    Rmqueue {
        zone: u32,
        order: u8,
        ft: u8,
        flags: u32,
    },
    Free {
        held: u32,
    },
    FreeToBuddy {
        held: u32,
        tail: bool,
    },
    SetLru {
        held: u32,
    },
    SetCpu(u8),
    Drain {
        zone: u32,
        cpu: u8,
    },
    Decay {
        zone: u32,
        cpu: u8,
    },
    /// Isolates a pageblock, or returns an isolated one to its type.
    Isolate {
        zone: u32,
        block: u32,
    },
    Unreserve {
        zone: u32,
        ft: u8,
        force: bool,
    },
    /// Flips ZONE_RECLAIM_ACTIVE.
    Reclaim {
        zone: u32,
    },
    Kswapd {
        zone: u32,
    },
    /// Loses a page on purpose, for the test of the shrinking.
    Sabotage,
}

const KINDS: usize = 12;
const GFPS: [Gfp; 7] = [
    Gfp::GFP_KERNEL,
    Gfp::GFP_HIGHUSER_MOVABLE,
    Gfp::GFP_HIGHUSER_MOVABLE,
    Gfp::GFP_ATOMIC,
    Gfp::GFP_NOWAIT,
    Gfp(Gfp::GFP_KERNEL.0 | Gfp::RECLAIMABLE.0),
    Gfp(Gfp::GFP_KERNEL.0 | Gfp::DMA.0),
];
const FLAGS: [u32; 8] = [
    0,
    alloc_flags::NOFRAGMENT,
    alloc_flags::HIGHATOMIC,
    alloc_flags::OOM,
    alloc_flags::NON_BLOCK | alloc_flags::MIN_RESERVE,
    alloc_flags::CMA,
    alloc_flags::KSWAPD,
    alloc_flags::NO_WATERMARKS,
];

/// The machine and the weights of a run.
#[derive(Clone, Debug)]
pub struct Plan {
    pub cpus: u8,
    pub zones: u32,
    pub defrag_mode: bool,
    pub drift: bool,
    /// Pageblock pairs made CMA at the start.
    pub cma: u32,
    pub high_fraction: u32,
    /// Whether a zone is large enough to reserve blocks for atomic requests.
    pub large: bool,
    /// How much smaller than round the zones are.
    pub ragged: u32,
    weights: [u32; KINDS],
    max_order: u8,
}

impl Plan {
    pub fn new(seed: u64) -> Plan {
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed ^ 0x706c_616e);
        let mut chance = |n: u32| rng.random_range(0..n);
        let mut weights = [(); KINDS].map(|()| chance(2) * (1 + chance(10)));
        weights[0] = 20 + chance(40);
        weights[2] = 10 + chance(40);
        Plan {
            cpus: [1, 1, 2, 4][chance(4) as usize],
            zones: 1 + chance(3),
            defrag_mode: chance(4) == 0,
            drift: chance(2) == 0,
            cma: chance(2) * (1 + chance(3)),
            high_fraction: chance(3) / 2 * 8,
            large: chance(3) == 0,
            ragged: chance(2) * chance(1024),
            weights,
            max_order: [0, 3, 10, 10][chance(4) as usize],
        }
    }

    /// Whether nothing in this run changes types other than claims do.
    pub fn types_only_by_claims(&self) -> bool {
        self.weights[8] == 0 && self.weights[9] == 0
    }

    pub fn ops(&self, seed: u64, count: usize) -> Vec<Op> {
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
        (0..count).map(|_| self.op(&mut rng)).collect()
    }

    fn op(&self, rng: &mut Xoshiro256PlusPlus) -> Op {
        let mut at = rng.random_range(0..self.weights.iter().sum::<u32>());
        let kind = self.weights.iter().position(|&weight| {
            let here = at < weight;
            at = at.saturating_sub(weight);
            here
        });
        let (zone, held, cpu) = (rng.random(), rng.random(), rng.random_range(0..self.cpus));
        let order = rng.random_range(0..=self.max_order).min(rng.random_range(0..=10));
        let (ft, even) = (rng.random_range(0..3u8), rng.random_range(0..2u32) == 0);
        let flags = FLAGS[rng.random_range(0..8u32) as usize] | FLAGS[rng.random_range(0..8u32) as usize];
        let gfp = GFPS[rng.random_range(0..7u32) as usize];
        match kind.expect("some weight") {
            0 => Op::Walk { gfp, order, slow: even, extra: if flags & alloc_flags::OOM != 0 { flags } else { 0 } },
            1 => Op::Rmqueue { zone, order, ft, flags },
            2 => Op::Free { held },
            3 => Op::FreeToBuddy { held, tail: even },
            4 => Op::SetLru { held },
            5 => Op::SetCpu(cpu),
            6 => Op::Drain { zone, cpu },
            7 => Op::Decay { zone, cpu },
            8 => Op::Isolate { zone, block: held },
            9 => Op::Unreserve { zone, ft, force: even },
            10 => Op::Reclaim { zone },
            _ => Op::Kswapd { zone },
        }
    }
}
