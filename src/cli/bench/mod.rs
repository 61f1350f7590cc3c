// SPDX-License-Identifier: GPL-2.0-only
//! `oompoint bench`: how fast the model is here, beside things that everybody knows, in one process and in turns.
//!
//! Its digests say that the same was computed as elsewhere. What only a browser can tell, such as paint, is
//! `.ci/browser-bench`'s; llfree is not in the registry and so not beside us.

mod clock;
mod compaction;
mod core;
mod found;
mod goals;
mod seek;
mod table;
mod text;
mod wasm;
mod whole;

use std::cell::Cell;
use std::path::{Path, PathBuf};
use std::rc::Rc;

pub use self::clock::median;
pub use self::goals::Goal;
pub use self::table::goals as goals_text;

use self::clock::{Lane, race};
use self::core::Sequence;
use self::found::{Found, Seen};
use self::text::Recording;
use super::files::Failure;
use crate::environment;
use crate::model::digest::Digest;

#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  oompoint bench                       every yardstick, 5 rounds; a minute or two
  oompoint bench --small               a small guest, one round: the same digests everywhere, times of little meaning
  oompoint bench --json
  oompoint bench --readme README.md    writes the README's table anew

Times are thread CPU time; a ratio is the median over the rounds of the ratio within a round.")]
pub struct Args {
    /// 128 MiB and one round.
    #[arg(long)]
    small: bool,
    /// Print one JSON object.
    #[arg(long, conflicts_with = "readme")]
    json: bool,
    /// Rounds; at least 5 for a median that means something.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..=1000))]
    rounds: u32,
    /// Folder of a recorded trace with the state it starts from.
    #[arg(long, default_value = "tests/kernel/custom_svf_128_3")]
    trace: PathBuf,
    /// The wasm half, as .ci/wasm-bench builds it: times only what both halves do.
    #[arg(long, conflicts_with_all = ["readme", "small"])]
    wasm: Option<PathBuf>,
    /// Only the groups of lanes whose first lane's name begins with this, e.g. churn, trace, host, seek.
    #[arg(long, conflicts_with = "readme")]
    only: Option<String>,
    /// Write the table between the markers of this file.
    #[arg(long, conflicts_with = "small")]
    readme: Option<PathBuf>,
}

/// Guests of one size of the bench, MiB.
#[derive(Clone, Copy)]
struct Size {
    guest: u32,
    large: u32,
    rounds: u32,
}

const SMALL: Size = Size { guest: 128, large: 256, rounds: 1 };
const LARGE_MIB: u32 = 65_536;
/// Refused: more frames than an array of a 32-bit program may hold.
const TOO_LARGE_MIB: u32 = 1 << 20;

pub fn run(args: &Args) -> Result<String, Failure> {
    let recording = Recording::read(&args.trace)?;
    if let Some(program) = &args.wasm {
        return in_wasm(program, &recording, args);
    }
    let only = args.only.as_deref().unwrap_or_default();
    let small = measure(SMALL, &recording, only);
    if small.lanes.is_empty() {
        return Err(format!("--only {only}: no group of lanes begins so; without it all are run"));
    }
    if args.small {
        return Ok(if args.json { table::json(&small, &small) } else { table::text(&small, &small) });
    }
    let size = Size { guest: 1024, large: LARGE_MIB, rounds: args.rounds };
    let found = measure(size, &recording, only);
    match &args.readme {
        Some(path) => {
            let old = String::from_utf8(super::files::read(path)?).map_err(|_| "the README is not text".to_owned())?;
            let new = table::into_readme(&old, &table::readme(&found, &small)).ok_or(format!(
                "{}: it lacks the markers {} and {}",
                path.display(),
                table::BEGIN,
                table::END
            ))?;
            std::fs::write(path, new).map_err(|error| format!("{}: {error}", path.display()))?;
            Ok(table::text(&found, &small))
        }
        None if args.json => Ok(table::json(&found, &small)),
        None => Ok(table::text(&found, &small)),
    }
}

fn in_wasm(program: &Path, recording: &Recording, args: &Args) -> Result<String, Failure> {
    let lanes = wasm::lanes(program, recording, args.rounds)?;
    let goals = wasm::goals(&lanes)?;
    let found = Found { digest: digest(&lanes), lanes: lanes.iter().map(seen).collect(), goals, ..Found::default() };
    Ok(if args.json { table::json(&found, &Found::default()) } else { table::text(&found, &Found::default()) })
}

fn measure(size: Size, recording: &Recording, only: &str) -> Found {
    let frames = size.guest * 256;
    let sequences = [
        ("churn", Sequence::churn(frames)),
        ("packed churn", Sequence::packed_churn(frames)),
        ("free", Sequence::random_free(frames)),
        ("mixed", Sequence::mixed(frames)),
    ];
    let bytes_max = Rc::new(Cell::new(0));
    let mut groups: Vec<Vec<Lane>> =
        sequences.iter().map(|(name, sequence)| sequence.lanes(name, size.guest)).collect();
    groups.push(compaction::lanes(size.guest));
    groups.push(whole::against_the_host(size.guest));
    groups.push(recording.lanes());
    groups.push(whole::scaling(size.guest, size.large, Rc::clone(&bytes_max)));
    groups.push(seek::lanes(size.guest));
    groups.retain(|lanes| lanes.first().is_some_and(|lane| lane.name.starts_with(only)));
    groups.iter_mut().for_each(|lanes| race(lanes, size.rounds));
    let lanes: Vec<Lane> = groups.into_iter().flatten().collect();
    let names = [size.large, size.guest].map(|mib| format!("run: {mib} MiB"));
    let mut goals = goals::of_lanes(&lanes, [&names[0], &names[1]]);
    goals.extend(seek::goals(&lanes));
    let refusal = refusal();
    let machine = self::core::machine(size.guest);
    let frame_bytes = machine.bytes() as f64 / f64::from(frames);
    let guest_bytes = (size.large == LARGE_MIB && bytes_max.get() > 0).then(|| bytes_max.get());
    goals.extend(goals::of_memory(frame_bytes, guest_bytes, refusal.as_deref()));
    let mut missing: Vec<String> = Vec::new();
    missing.extend(rss().map(|kib| format!("(the whole process, peers included, held {} MiB at most)", kib >> 10)));
    Found { digest: digest(&lanes), lanes: lanes.iter().map(seen).collect(), goals, missing, refusal }
}

fn seen(lane: &Lane) -> Seen {
    let (ops, digest) = lane.did();
    Seen { name: lane.name.clone(), unit: lane.unit, ops, digest, ns_per_op: lane.ns_per_op(), ns: lane.ns() }
}

fn digest(lanes: &[Lane]) -> String {
    let mut digest = Digest::new();
    for lane in lanes {
        let (ops, of) = lane.did();
        digest.bytes(lane.name.as_bytes());
        digest.long(ops);
        digest.long(of);
    }
    format!("{:016x}", digest.finish())
}

/// How a guest of 1 TiB is refused.
fn refusal() -> Option<String> {
    let mut environment = environment::preset("minimal-1g").expect("the preset exists");
    environment.memory_mib = TOO_LARGE_MIB;
    environment.check().err().map(|error| error.to_string())
}

/// The most memory that this process ever held, KiB, where the system says so.
fn rss() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix(" kB")?.trim().parse().ok()
}
