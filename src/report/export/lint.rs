// SPDX-License-Identifier: GPL-2.0-only
//! The rules of a block that goes into a mail, as a function of its text.

use super::words::WIDTH;
use crate::link::LENGTH_MAX;

/// What breaks a rule, with line numbers from 1; empty for a block that survives mailing lists.
pub fn lint(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    if !text.ends_with('\n') || text.ends_with("\n\n") {
        found.push("the block must end with one newline".to_owned());
    }
    let mut columns = None;
    for (number, line) in text.lines().enumerate().map(|(i, line)| (i + 1, line)) {
        let mut say = |problem: &str| found.push(format!("line {number}: {problem}: {line}"));
        if !line.bytes().all(|byte| (0x20..0x7f).contains(&byte)) {
            say("not printable ASCII");
        }
        let is_url = line.starts_with("https://") && !line.contains(' ');
        match is_url {
            // Links are exempt from wrapping, as tags are, but not without a bound.
            true if line.len() > LENGTH_MAX => say("too long for a link"),
            false if line.len() > WIDTH => say("wider than 72 columns"),
            _ => {}
        }
        if line.ends_with(' ') {
            say("blanks at the end");
        }
        if line.starts_with('>') || line.starts_with("From ") || line == "." {
            say("a mail program would take it for its own");
        }
        if line == "---"
            || line == "-- "
            || line == "--"
            || ["diff -", "Index: ", "--- "].iter().any(|start| line.starts_with(start))
        {
            say("git am would take it for the end of the message");
        }
        if let (Some(start), Some(end)) = (line.find('|'), line.rfind('|'))
            && start != end
            && line[start..end].contains(' ')
        {
            say("an empty bin that collapsing of blanks would remove");
        }
        // Inside a table, collapsed lines must still have as many cells as its head.
        let cells = line.split(' ').filter(|cell| !cell.is_empty()).count();
        match (is_head(line), columns) {
            (true, _) => columns = Some(cells),
            (false, Some(wanted)) if line.contains("  ") && !line.starts_with(' ') && !line.contains('|') => {
                if cells != wanted {
                    say("not as many cells as the table's head");
                }
            }
            _ => columns = None,
        }
    }
    found
}

/// Whether the line begins a table.
fn is_head(line: &str) -> bool {
    (line.starts_with("policy ") || line.starts_with("counter ")) && line.contains("  ")
}

/// The block as a mailing list archive may show it: quoted twice, runs of blanks collapsed.
pub fn mangle(text: &str) -> String {
    let line = |line: &str| {
        let words: Vec<_> = line.split_whitespace().collect();
        format!("> > {}\n", words.join(" "))
    };
    text.lines().map(line).collect()
}
