// SPDX-License-Identifier: GPL-2.0-only
//! What is modelled, simplified, absent and different, from the headers of the modules themselves.

/// The words that open a statement in a module's header.
const KINDS: [&str; 4] = ["Modelled:", "Simplified:", "Absent:", "Differs:"];

/// A table over source files (path, text); files without a statement have no row.
pub fn ledger(files: &[(String, String)]) -> String {
    let mut text = String::from("| module | modelled | simplified | absent | differs |\n|---|---|---|---|---|\n");
    for (path, source) in files {
        let statements = statements(source);
        if statements.iter().any(|statement| !statement.is_empty()) {
            text += &format!("| {path} | {} |\n", statements.join(" | "));
        }
    }
    text
}

/// The statements of a header, in the order of [`KINDS`].
fn statements(source: &str) -> [String; KINDS.len()] {
    let mut found: [String; KINDS.len()] = Default::default();
    let mut open = None;
    for line in source.lines().map_while(header) {
        if line.is_empty() {
            open = None;
        }
        // A statement may begin inside a line, after the end of a sentence.
        let mut rest = line;
        while !rest.is_empty() {
            let next = KINDS.iter().enumerate().filter_map(|(i, kind)| Some((rest.find(kind)?, i))).min();
            let (before, after) = match next {
                Some((at, i)) => (&rest[..at], Some((i, &rest[at + KINDS[i].len()..]))),
                None => (rest, None),
            };
            if let Some(kind) = open {
                append(&mut found[kind], before);
            }
            rest = "";
            if let Some((kind, after)) = after {
                open = Some(kind);
                rest = after;
            }
        }
    }
    found.map(|statement| statement.replace('|', "\\|"))
}

/// A line of the header's comment; the licence line and those between belong to it.
fn header(line: &str) -> Option<&str> {
    if line.starts_with("// SPDX") { Some("") } else { line.strip_prefix("//!").map(str::trim) }
}

fn append(statement: &mut String, words: &str) {
    let words = words.trim();
    if !statement.is_empty() && !words.is_empty() {
        statement.push(' ');
    }
    statement.push_str(words);
}

#[test]
fn statements_are_found_within_and_across_lines() {
    let source = "// SPDX-License-Identifier: GPL-2.0-only\n//! Title.\n//!\n//! Stands for x. Modelled: a,\n//! b. \
                  Absent: c.\n//! Differs: d | e.\n//!\n//! Not part of it.\ncode();\n//! Absent: nor this\n";
    assert_eq!(statements(source), ["a, b.", "", "c.", "d \\| e."].map(str::to_owned));
    let table = ledger(&[("m.rs".to_owned(), source.to_owned()), ("n.rs".to_owned(), "//! Title.\n".to_owned())]);
    assert_eq!(table.lines().last(), Some("| m.rs | a, b. |  | c. | d \\| e. |"));
}
