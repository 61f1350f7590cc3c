// SPDX-License-Identifier: GPL-2.0-only
//! The same lanes in wasm: tests/wasm_bench.rs in node, in turns with the native ones.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;
use std::rc::Rc;

use super::clock::{Lane, Turn, number_of, race, ratio};
use super::goals::Goal;
use super::text::Recording;
use super::whole::policy_lane;
use crate::cli::files::Failure;

const POLICIES: [&str; 3] = ["base", "series", "isolate"];
/// The program that runs a wasm test in node; `.ci/setup` installs it.
const RUNNER: &str = "wasm-bindgen-test-runner";
/// A program twice as slow as the native one would be felt in the page.
const TIMES_MAX: f64 = 1.6;
/// Three million events a second.
const EVENT_NS_MAX: f64 = 333.0;

type Turns = BTreeMap<String, Turn>;

/// Native lanes, and after each its wasm twin.
pub fn lanes<'a>(program: &'a Path, recording: &'a Recording, rounds: u32) -> Result<Vec<Lane<'a>>, Failure> {
    // A first look, so that a program that does not run is an error and not a panic in the middle.
    ask(program)?;
    let mut native: Vec<Lane> = POLICIES.iter().map(|policy| policy_lane(policy, 1024)).collect();
    native.extend(recording.lanes().into_iter().filter(|lane| lane.name == "trace: import"));
    let turns: Rc<RefCell<Turns>> = Rc::default();
    let mut lanes = Vec::new();
    for (i, lane) in native.into_iter().enumerate() {
        let (name, unit, turns) = (lane.name.clone(), lane.unit, Rc::clone(&turns));
        lanes.push(lane);
        lanes.push(Lane::new(format!("wasm {name}"), unit, move || {
            if i == 0 {
                *turns.borrow_mut() = ask(program).expect("it ran before");
            }
            turns.borrow()[&name]
        }));
    }
    race(&mut lanes, rounds);
    Ok(lanes)
}

/// wasm's time over native time, and wasm's own for an event.
pub fn goals(lanes: &[Lane]) -> Result<Vec<Goal>, Failure> {
    let mut goals = Vec::new();
    for pair in lanes.chunks_exact(2) {
        let (native, wasm) = (&pair[0], &pair[1]);
        if native.did() != wasm.did() {
            return Err(format!("{}: wasm computed {:x?}, native {:x?}", native.name, wasm.did(), native.did()));
        }
        if !native.name.starts_with("run") {
            continue;
        }
        let id = format!("wasm-{}", native.name.rsplit(' ').next().unwrap_or_default());
        let value = Some(ratio(wasm, native, false));
        goals.push(Goal::new(id, format!("{}, wasm in node / native", native.name), value, TIMES_MAX));
    }
    let import = lanes.last().map(Lane::ns_per_op);
    goals.push(Goal::new("wasm-event-ns", "ns to read an event of a trace, wasm in node", import, EVENT_NS_MAX));
    Ok(goals)
}

/// One pass of the wasm half.
fn ask(program: &Path) -> Result<Turns, Failure> {
    let output = Command::new(RUNNER).arg(program).arg("--nocapture").output();
    let output = output.map_err(|error| format!("{RUNNER}: {error}; call this through .ci/wasm-bench"))?;
    let said = String::from_utf8_lossy(&output.stdout);
    let turns: Turns = said.lines().filter_map(line).collect();
    if !output.status.success() || turns.len() != POLICIES.len() + 1 {
        let errors = String::from_utf8_lossy(&output.stderr);
        return Err(format!("{}: the wasm bench failed:\n{said}{errors}", program.display()));
    }
    Ok(turns)
}

/// `lane`, name, ns, operations, digest, with tabs between.
fn line(text: &str) -> Option<(String, Turn)> {
    let mut fields = text.trim().strip_prefix("lane\t")?.split('\t');
    let name = fields.next()?.to_owned();
    let (ns, ops) = (fields.next()?.parse().ok()?, fields.next()?.parse().ok()?);
    Some((name, Turn { ns, ops, digest: number_of(fields.next()?) }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_lane_lines_are_read() {
        let turn = Turn { ns: 120, ops: 7, digest: 0xff };
        assert_eq!(line("    lane\trun: base\t120\t7\t00000000000000ff"), Some(("run: base".to_owned(), turn)));
        assert_eq!(line("running 1 test"), None);
        assert_eq!(line("lane\trun: base\tfast\t7\tff"), None);
    }
}
