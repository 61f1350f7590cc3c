// SPDX-License-Identifier: GPL-2.0-only
//! Where two policies part on one seed, in a sentence for the answer.

use super::divergence::{Divergences, Side};
use super::recording::Recording;
use crate::environment::SpecError;
use crate::experiment::Cell;
use crate::experiment::watch::Unwatched;

/// Records both cells and says where their decisions first differ.
///
/// # Errors
/// A cell that cannot be run.
pub fn first(a: &Cell, b: &Cell) -> Result<String, SpecError> {
    let mut recordings = (Recording::record(a, &mut Unwatched)?, Recording::record(b, &mut Unwatched)?);
    let all = Divergences::of(&recordings.0, &recordings.1);
    let seed = a.seed;
    let Some(found) = all.explain(0, &mut recordings.0, &mut recordings.1) else {
        return Ok(format!("On seed {seed} the two never decide differently."));
    };
    let (a, b) = (said(&found.a), said(&found.b));
    Ok(format!(
        "On seed {seed} they first differ at decision {} ({} MiB asked for): {a}; {b}.",
        found.pair.a, found.pair.requested_mib
    ))
}

fn said(side: &Side) -> String {
    let what = side.row.as_ref().map_or("the run is over".to_owned(), |row| row.text.clone());
    format!("{}: {what}", side.policy)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::environment;
    use crate::experiment::PolicySpec;
    use crate::workload::Workload;

    fn cell(policy: &str) -> Cell {
        let mut environment = environment::preset("minimal-1g").expect("the preset exists");
        environment.memory_mib = 128;
        let workload = Workload::parse("secretmem-vs-frag").expect("the workload exists");
        let policy = PolicySpec::parse(policy).expect("the policy exists");
        Cell { environment, workload, policy, seed: 3, steps_max: 100_000_000 }
    }

    #[test]
    fn it_names_both_decisions_or_none() {
        let text = first(&cell("series"), &cell("blunt")).expect("both can be run");
        assert!(text.starts_with("On seed 3 they first differ at decision "), "{text}");
        assert!(text.contains("series: ") && text.contains("; blunt: "), "{text}");
        let same = first(&cell("series"), &cell("series")).expect("both can be run");
        assert_eq!(same, "On seed 3 the two never decide differently.");
    }
}
