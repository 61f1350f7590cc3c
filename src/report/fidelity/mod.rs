// SPDX-License-Identifier: GPL-2.0-only
//! FIDELITY.md's generated parts, www/fidelity.json, www/fidelity.html and the time-lines, from results alone.
//!
//! Invariant: a table is a function of its [`Record`], so a test can compare the table in the file with the record
//! beside it, and the record's digests with the model of the day.

mod ledger;
mod mail;
mod moments;
mod page;
mod record;
mod sensitivity;
mod svg;
mod table;

pub use ledger::ledger;
pub use mail::{Boots, mail, measured};
pub use page::page;
pub use record::{CellRecord, Record};
pub use sensitivity::{Changed, sensitivity};
pub use svg::timeline;
pub use table::table;

/// What a generated part lies between.
fn marks(name: &str) -> (String, String) {
    (format!("<!-- generated: {name} -->"), format!("<!-- end: {name} -->"))
}

/// The generated part of a name, without its markers.
pub fn part<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let (begin, end) = marks(name);
    let (_, rest) = text.split_once(&begin)?;
    rest.split_once(&end).map(|(part, _)| part.trim_matches('\n'))
}

/// Puts a new text between the markers of a part. `None` if the markers are not there.
pub fn replace(text: &str, name: &str, new: &str) -> Option<String> {
    let (begin, end) = marks(name);
    let (before, rest) = text.split_once(&begin)?;
    let (_, after) = rest.split_once(&end)?;
    Some(format!("{before}{begin}\n\n{}\n\n{end}{after}", new.trim_matches('\n')))
}

#[cfg(test)]
mod tests {
    use super::{part, replace};

    #[test]
    fn a_part_is_replaced_between_its_markers() {
        let text = "a\n<!-- generated: x -->\nold\n<!-- end: x -->\nb\n";
        let new = replace(text, "x", "new\n").unwrap();
        assert_eq!(new, "a\n<!-- generated: x -->\n\nnew\n\n<!-- end: x -->\nb\n");
        assert_eq!(part(&new, "x"), Some("new"));
        assert_eq!(replace(&new, "x", "new").unwrap(), new);
        assert_eq!(replace(text, "y", "new"), None);
    }
}
