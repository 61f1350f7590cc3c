// SPDX-License-Identifier: GPL-2.0-only
//! The decision log: a page of lines around the place, filtered by lane and by the reader's own words.

use crate::inspect::filter::Filter;
use crate::inspect::lane::Lane;
use crate::inspect::place::{Place, Which};
use crate::inspect::recording::Recording;
use crate::inspect::stream::{Entry, Stream};
use crate::report::panel::html::escape;

/// Lines of a page.
const LINES: usize = 20;

/// A set of all lanes.
pub const ALL_LANES: u8 = u8::MAX;

pub struct Log {
    /// The lanes that are let through, one bit each.
    pub lanes: u8,
    words: Filter,
    which: Which,
    /// The first line is at this ordinal or after it; none for the lines around the place.
    from: Option<u64>,
    place: Place,
    /// How many decisions of a run there are of what is wanted, as last counted: a run may have millions.
    counted: Option<(Which, Filter, usize)>,
}

impl Default for Log {
    fn default() -> Log {
        let place = Place::default();
        Log { lanes: ALL_LANES, words: Filter::ALL, which: Which::A, from: None, place, counted: None }
    }
}

impl Log {
    /// The place has changed: the log goes there.
    pub fn follow(&mut self, place: Place) {
        (self.place, self.from) = (place, None);
    }

    /// Other words to filter by. The pages begin anew with them, since the first line of this one may be gone.
    pub fn find(&mut self, words: Filter) {
        if self.words != words {
            (self.words, self.from) = (words, None);
        }
    }

    /// What the log shows, and what a single step goes to.
    pub fn filter(&self) -> Filter {
        self.words.of_lanes(self.lanes)
    }

    /// 0 and 1 for the run, then pages from an ordinal: 2 more than it.
    pub fn turn(&mut self, wish: u64) {
        match wish {
            0 => (self.which, self.from) = (Which::A, None),
            1 => (self.which, self.from) = (Which::B, None),
            ordinal => self.from = Some(ordinal - 2),
        }
    }

    pub fn which(&self) -> Which {
        self.which
    }

    /// The page as HTML, and how much there is of what is wanted.
    pub fn html(&mut self, recording: &mut Recording, name: &str) -> (String, String) {
        let filter = self.filter();
        let matching = self.matching(recording.stream());
        let wanted = |entry: Entry| filter.holds(entry);
        let stream = recording.stream();
        let own = if self.which == Which::A { self.place.a } else { self.place.b };
        let here = own.unwrap_or_else(|| stream.at_requested(self.place.pages));
        let from = self.from.unwrap_or_else(|| back(stream, here, LINES / 3, filter));
        let mut ordinals = Vec::new();
        let mut next = stream.first_from(from, wanted);
        while let Some(at) = next.filter(|_| ordinals.len() < LINES) {
            ordinals.push(at);
            next = stream.first_from(at + 1, wanted);
        }
        let said = told(stream, matching, name);
        let first = ordinals.first().copied().unwrap_or(from);
        // Lines before this page are a page's length before its first one, or however many there are.
        let earlier = Some(back(stream, first, LINES, filter)).filter(|&at| at < first);
        let mut html = self.controls();
        html += &format!(
            "<div class=\"wide\" tabindex=\"0\" role=\"group\" aria-label=\"Decisions\"><table id=\"inside-log\">\
             <caption>{}: a number goes there</caption><thead><tr>\
             <th scope=\"col\">number</th><th scope=\"col\">MiB</th><th scope=\"col\">lane</th>\
             <th scope=\"col\">decision</th></tr></thead><tbody>",
            escape(name)
        );
        let letter = if self.which == Which::A { "a" } else { "b" };
        for row in recording.rows_at(&ordinals) {
            let current = if own == Some(row.ordinal) { " aria-current=\"true\"" } else { "" };
            let denied = if row.failed { " (denied)" } else { "" };
            html += &format!(
                "<tr{current}><th scope=\"row\"><button type=\"button\" data-wish=\"{letter} {0}\">{0}</button></th>\
                 <td>{1}</td><td>{2}{denied}</td><td>{3} <code>{4}</code></td></tr>",
                row.ordinal,
                row.requested_mib,
                row.lane.name(),
                escape(&row.text),
                row.name
            );
        }
        html += "</tbody></table></div><p class=\"row\">";
        html += &page("Earlier lines", earlier);
        html += &page("Later lines", next);
        (html + "</p>", said)
    }

    fn matching(&mut self, stream: &Stream) -> usize {
        let (which, filter) = (self.which, self.filter());
        let known = self.counted.filter(|(of, by, _)| (*of, *by) == (which, filter));
        let count = || stream.entries().iter().filter(|&&entry| filter.holds(entry)).count();
        let found = known.map_or_else(count, |(_, _, count)| count);
        self.counted = Some((which, filter, found));
        found
    }

    fn controls(&self) -> String {
        let press = |text: &str, wish: String, on: bool| {
            format!("<button type=\"button\" data-wish=\"{wish}\" aria-pressed=\"{on}\">{text}</button>")
        };
        let mut html = "<p class=\"row\" role=\"group\" aria-label=\"Run\">".to_owned();
        html += &press("A", "log 0".to_owned(), self.which == Which::A);
        html += &press("B", "log 1".to_owned(), self.which == Which::B);
        html += "</p><p class=\"row\" role=\"group\" aria-label=\"Lanes, for the log and for single steps\">";
        html += &press("all lanes", format!("lanes {ALL_LANES}"), self.lanes == ALL_LANES);
        for lane in Lane::ALL {
            let bit = 1 << lane as u8;
            let is_on = self.lanes != ALL_LANES && self.lanes & bit != 0;
            let set = if self.lanes == ALL_LANES { bit } else { self.lanes ^ bit };
            html += &press(lane.name(), format!("lanes {set}"), is_on);
        }
        html + "</p>"
    }
}

/// How many decisions there are of what is wanted, in the whole run as far as it is kept.
fn told(stream: &Stream, matching: usize, name: &str) -> String {
    let kept = match stream.first() {
        0 => String::new(),
        first => format!(" The first {first} are no longer kept."),
    };
    format!("{matching} of {} decisions match, in all of {name}.{kept}", stream.entries().len())
}

/// So many entries back that are let through, or the first of them; the same ordinal if there are none before it.
fn back(stream: &Stream, from: u64, count: usize, filter: Filter) -> u64 {
    let mut at = from;
    for _ in 0..count {
        match at.checked_sub(1).and_then(|before| stream.last_before(before, |entry| filter.holds(entry))) {
            Some(earlier) => at = earlier,
            None => break,
        }
    }
    at
}

fn page(text: &str, from: Option<u64>) -> String {
    match from {
        Some(from) => format!("<button type=\"button\" data-wish=\"log {}\">{text}</button>", from + 2),
        None => format!("<button type=\"button\" disabled>{text}</button>"),
    }
}
