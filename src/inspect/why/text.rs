// SPDX-License-Identifier: GPL-2.0-only
//! The card as a text for a mail: ASCII, at most 72 columns, no run of blanks that carries a meaning.

use super::super::words::Row;
use super::{Facts, Section};

pub const WIDTH: usize = 72;

pub(super) fn card(row: &Row, decisions: u64, title: &str, sections: &[Section], facts: &Facts) -> String {
    let mut out = String::new();
    let cell = facts.cell;
    let head = format!(
        "oompoint why: policy {}, seed {}, decision {} of {}, {} MiB requested",
        cell.policy.text(),
        cell.seed,
        row.ordinal,
        decisions,
        row.requested_mib
    );
    wrap(&mut out, &head, "", "  ");
    wrap(&mut out, title, "", "  ");
    for section in sections {
        out.push('\n');
        wrap(&mut out, &format!("{}:", section.name), "", "  ");
        for line in &section.lines {
            let note = if line.note.is_empty() { String::new() } else { format!(" ({})", line.note) };
            wrap(&mut out, &format!("{}: {}{note}", line.label, line.value), "  ", "    ");
        }
    }
    out
}

/// Breaks at blanks and after `|`; what is longer than a line alone is cut hard.
fn wrap(out: &mut String, text: &str, first: &str, rest: &str) {
    let ascii: String = text.chars().map(|c| if c.is_ascii() { c } else { '?' }).collect();
    let mut line = first.to_owned();
    let mut empty = true;
    for word in ascii.split(' ').flat_map(|word| word.split_inclusive('|').enumerate()) {
        let (part, word) = word;
        let gap = usize::from(!empty && part == 0);
        if !empty && line.len() + gap + word.len() > WIDTH {
            out.push_str(&line);
            out.push('\n');
            line = rest.to_owned();
        } else if gap == 1 {
            line.push(' ');
        }
        let mut word = word;
        while line.len() + word.len() > WIDTH {
            let (head, tail) = word.split_at(WIDTH - line.len());
            out.push_str(&line);
            out.push_str(head);
            out.push('\n');
            line = rest.to_owned();
            word = tail;
        }
        line.push_str(word);
        empty = false;
    }
    out.push_str(&line);
    out.push('\n');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_short_and_nothing_is_lost() {
        let long = "a".repeat(200);
        let text = format!("label: ALLOC_WMARK_MIN|ALLOC_CPUSET|ALLOC_KSWAPD {long} end \u{b5}");
        let mut out = String::new();
        wrap(&mut out, &text, "  ", "    ");
        assert!(out.is_ascii() && out.lines().all(|line| line.len() <= WIDTH), "{out}");
        let squeeze = |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<String>();
        assert_eq!(squeeze(&out), squeeze(&text.replace('\u{b5}', "?")));
    }
}
