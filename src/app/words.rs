// SPDX-License-Identifier: GPL-2.0-only
//! What the page says about its own doing.

use super::state::{Model, Phase};

/// Where a run is.
pub fn now(model: &Model) -> String {
    let (done, all) = (model.cells_done(), model.cells.len());
    let cells = |n: usize| if n == 1 { "1 cell".to_owned() } else { format!("{n} cells") };
    let shown = match &model.shown {
        None if model.is_default() => "What is shown was computed beforehand.".to_owned(),
        None => "What is shown is another comparison, computed beforehand.".to_owned(),
        Some(_) if model.is_current() => String::new(),
        Some(_) => "What is shown is of the comparison before.".to_owned(),
    };
    let text = match &model.phase {
        Phase::Running if done == all => format!("Working out what {} show.", cells(all)),
        Phase::Running => format!("Running: {done} of {} (a policy with a seed). {shown}", cells(all)),
        Phase::Done => match model.experiment.seeds.len() {
            1 => format!("{} run in this browser; 1 seed.", cells(all)),
            n => format!("{} run in this browser; {n} seeds.", cells(all)),
        },
        Phase::Cancelled if model.refused.is_some() => shown,
        Phase::Cancelled => format!("Cancelled at {done} of {}; they are kept. {shown}", cells(all)),
        Phase::Failed(_) => format!("Stopped at {done} of {}; they are kept. {shown}", cells(all)),
    };
    text.trim_end().to_owned()
}

/// For screen readers: only when something begins or ends, with the answer.
pub fn spoken(model: &Model) -> String {
    match (&model.phase, &model.shown) {
        (Phase::Running, _) => "Running the comparison.".to_owned(),
        (Phase::Done, Some(shown)) => format!("The comparison is done. {}", shown.spoken),
        (Phase::Done, None) => "The comparison is done.".to_owned(),
        (Phase::Cancelled, _) if model.refused.is_some() => String::new(),
        (Phase::Cancelled, _) => "Cancelled.".to_owned(),
        // The alert speaks for itself.
        (Phase::Failed(_), _) => String::new(),
    }
}
