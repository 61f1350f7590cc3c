// SPDX-License-Identifier: GPL-2.0-only
//! Cells of an experiment, and what they show.

use super::message::{Analyse, Failure, News, Seen};
use crate::experiment::{self, Cell, CellResult, OomRequest, Score, Sheet, seeds_text};
use crate::inspect::parting;
use crate::json::{self, reads};
use crate::link;
use crate::report::panel::{Shown, Sight};

// A result as it is sent to be analysed.
reads!(OomRequest: need order, need gfp);
reads!(Score: need name, need unit, need value);
reads!(CellResult:
    need policy, need seed, need end, need oom_bytes, may_some score, need iterations, need free_pages_at_oom,
    need pcp_pages_at_oom, need boost_pages_at_oom, may_some oom_request, need blocks_unmapped, need blocks_mapped_back,
    need counters, need simulated_ms, need digest);

/// Runs the one cell of a link.
pub fn run(fragment: &str) -> Result<News, Failure> {
    let cell = cell_of(fragment)?;
    let result = experiment::run(&cell).map_err(|error| refused(&error.to_string()))?;
    let text = serde_json::to_string(&result).map_err(|error| refused(&error.to_string()))?;
    Ok(News::Cell { value: result.value(), result: text })
}

/// The one cell of a link.
pub(super) fn cell_of(fragment: &str) -> Result<Cell, Failure> {
    let opened = link::open(fragment).map_err(|error| refused(&error.to_string()))?;
    Ok(opened.link.experiment.cell(0))
}

/// Folds the results that are there.
pub fn analyse(job: &Analyse) -> Result<News, Failure> {
    let opened = link::open(&job.fragment).map_err(|error| refused(&error.to_string()))?;
    let mut experiment = opened.link.experiment.clone();
    let mut sheet = Sheet::new(&experiment);
    for (number, text) in &job.results {
        let result = json::from_text(text).map_err(|error| refused(&error))?;
        sheet.put(&experiment, *number as usize, result).map_err(|error| refused(&error.to_string()))?;
    }
    let outcome = sheet.outcome(&experiment);
    let sight = Sight::of(&outcome, &opened.link, link::BASE).map_err(|refusal| refused(&refusal.to_string()))?;
    let more_seeds = match outcome.is_whole() {
        true if sheet.grow(&mut experiment).map_err(|error| refused(&error.to_string()))? => {
            Some(seeds_text(&experiment.seeds, '~'))
        }
        _ => None,
    };
    Ok(News::Sight(Box::new(Seen { shown: Shown::of(sight), more_seeds })))
}

/// Where two cells first decide differently.
pub fn parting(keys: &[String; 2]) -> Result<News, Failure> {
    let [a, b] = [cell_of(&keys[0])?, cell_of(&keys[1])?];
    parting::first(&a, &b).map(News::Parting).map_err(|error| refused(&error.to_string()))
}

pub(super) fn refused(problem: &str) -> Failure {
    Failure::new(problem, "Change the setting that it names.")
}
