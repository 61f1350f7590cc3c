// SPDX-License-Identifier: GPL-2.0-only
//! Looking inside two runs. Both stay recorded here until others are asked for.

use std::cell::RefCell;

use super::cell::{cell_of, refused};
use super::message::{Failure, News};
use crate::experiment::watch::Unwatched;
use crate::inspect::{Recording, Tour};

thread_local! {
    static OPEN: RefCell<Option<([String; 2], Tour)>> = const { RefCell::new(None) };
}

pub fn wish(runs: [String; 2], wish: &str) -> Result<News, Failure> {
    OPEN.with_borrow_mut(|open| {
        if open.as_ref().is_none_or(|(of, _)| *of != runs) {
            // The memory of the old ones is needed for the new ones.
            *open = None;
            let record = |key: &str| {
                Recording::record(&cell_of(key)?, &mut Unwatched).map_err(|error| refused(&error.to_string()))
            };
            let tour = Tour::new(record(&runs[0])?, record(&runs[1])?);
            *open = Some((runs, tour));
        }
        Ok(News::Inside(open.as_mut().map_or_else(Vec::new, |(_, tour)| tour.wish(wish))))
    })
}
