// SPDX-License-Identifier: GPL-2.0-only
//! What is being decided at a place, and how the runs part there.

use super::Tour;
use crate::inspect::divergence::{Divergence, Side};
use crate::inspect::moment::Moment;
use crate::inspect::place::Which;
use crate::report::panel::html::{escape, table};

impl Tour {
    /// Position, both decisions, and the divergence if the place is one.
    pub(super) fn now(&mut self, a: &Moment, b: &Moment) -> String {
        let side = |which: Which, moment: &Moment| {
            let name = escape(&self.name(which));
            let what = match &moment.row {
                Some(row) => format!(
                    "decision {} of {}: <code>{}</code> {}",
                    row.ordinal,
                    moment.decisions,
                    row.name,
                    escape(&row.text)
                ),
                None if moment.ordinal >= moment.decisions => "the run is over".to_owned(),
                None => format!("between decisions; next is {} of {}", moment.ordinal, moment.decisions),
            };
            format!(
                "<p class=\"decided\"><strong>{name}</strong>, {} MiB asked for, {} ms, {} MiB of secretmem: {what}.</p>",
                moment.requested_mib,
                moment.at_us / 1000,
                moment.got_mib
            )
        };
        let (a, b) = (side(Which::A, a), side(Which::B, b));
        let number = self.map().divergence_at(self.place);
        let all = self.divergences.pairs.len();
        let parting = match number {
            Some(number) => {
                let found = self.divergences.explain(number, &mut self.a, &mut self.b);
                found.map_or(String::new(), |found| parting(&found))
            }
            None if all == 0 => "<p class=\"note\">Both runs decide alike from start to end.</p>".to_owned(),
            None => String::new(),
        };
        a + &b + &parting
    }
}

/// Both decisions with their reasons, and how far the machines are apart.
fn parting(found: &Divergence) -> String {
    let head = ["what".to_owned(), "A".to_owned(), "B".to_owned()];
    let both = |name: &str, of: &dyn Fn(&Side) -> String| vec![name.to_owned(), of(&found.a), of(&found.b)];
    let rows = [
        both("policy", &|side| side.policy.clone()),
        both("decides", &|side| side.row.as_ref().map_or("the run is over".to_owned(), |row| row.text.clone())),
        both("because", &|side| side.reason.clone()),
        both("free pages", &|side| side.free_pages.to_string()),
        both("in whole blocks", &|side| side.free_blocks.to_string()),
    ];
    let which = match found.number {
        0 => "The runs part here for the first time".to_owned(),
        number => format!("Difference {} of {}", number + 1, found.of),
    };
    let caption = format!(
        "{which}, at {} MiB asked for: {} of {} pageblocks differ",
        found.pair.requested_mib, found.blocks_differ, found.blocks
    );
    table("inside-parting", &caption, &head, &rows)
}
