// SPDX-License-Identifier: GPL-2.0-only
//! How long a file and a function may get. What is longer is listed with its length, and the lists may only shrink.

use crate::rust::{code_only, functions};
use crate::tree::Source;
use crate::{Finding, finding};

const FILE_LIMIT: usize = 350;
const FUNCTION_LIMIT: usize = 70;

/// Path and lines.
pub const LONG_FILES: &[(&str, usize)] = &[];
/// Path, function and lines.
pub const LONG_FUNCTIONS: &[(&str, &str, usize)] = &[
    ("src/trace/added.rs", "rare", 82),
    ("src/trace/names.rs", "name", 76),
    ("tests/trace_kinds.rs", "added_lines", 78),
    ("tests/trace_kinds.rs", "compaction", 72),
];

pub fn check(sources: &[Source], long_files: &[(&str, usize)], long_functions: &[(&str, &str, usize)]) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut files_met = vec![false; long_files.len()];
    let mut functions_met = vec![false; long_functions.len()];
    for source in sources.iter().filter(|s| s.is_code()) {
        let lines = source.text.lines().count();
        let listed = long_files.iter().position(|(path, _)| *path == source.path);
        listed.into_iter().filter(|_| lines > FILE_LIMIT).for_each(|i| files_met[i] = true);
        if lines > listed.map_or(FILE_LIMIT, |i| long_files[i].1.max(FILE_LIMIT)) {
            findings.push(finding(&source.path, 0, format!("{lines} lines, {FILE_LIMIT} are allowed: split it")));
        }
        let code = if source.is_rust() { code_only(&source.text) } else { String::new() };
        for (name, line, lines) in functions(&code) {
            let listed = long_functions.iter().position(|(path, f, _)| *path == source.path && *f == name);
            listed.into_iter().filter(|_| lines > FUNCTION_LIMIT).for_each(|i| functions_met[i] = true);
            if lines > listed.map_or(FUNCTION_LIMIT, |i| long_functions[i].2.max(FUNCTION_LIMIT)) {
                let text = format!("{name} has {lines} lines, {FUNCTION_LIMIT} are allowed: split it");
                findings.push(finding(&source.path, line, text));
            }
        }
    }
    let unused = "is listed as too long and is not: take it off the list";
    let files = long_files.iter().zip(files_met).filter(|(_, met)| !met);
    findings.extend(files.map(|((path, _), _)| finding(path, 0, unused)));
    let functions = long_functions.iter().zip(functions_met).filter(|(_, met)| !met);
    findings.extend(functions.map(|((path, name, _), _)| finding(path, 0, format!("{name} {unused}"))));
    findings
}

#[cfg(test)]
mod tests {
    use super::{FILE_LIMIT, FUNCTION_LIMIT, check};
    use crate::tree::Source;

    fn long_file(lines: usize) -> [Source; 1] {
        [Source::new("src/a.rs", &"// x\n".repeat(lines))]
    }

    fn long_function(lines: usize) -> [Source; 1] {
        [Source::new("src/a.rs", &format!("fn f() {{\n{}}}\n", "g();\n".repeat(lines - 2)))]
    }

    #[test]
    fn a_long_file_is_found_unless_listed() {
        assert_eq!(check(&long_file(FILE_LIMIT), &[], &[]), []);
        assert_eq!(check(&long_file(FILE_LIMIT + 1), &[], &[]).len(), 1);
        assert_eq!(check(&long_file(400), &[("src/a.rs", 400)], &[]), []);
        assert_eq!(check(&long_file(401), &[("src/a.rs", 400)], &[]).len(), 1);
    }

    #[test]
    fn a_long_function_is_found_unless_listed() {
        assert_eq!(check(&long_function(FUNCTION_LIMIT), &[], &[]), []);
        assert_eq!(check(&long_function(FUNCTION_LIMIT + 1), &[], &[]).len(), 1);
        assert_eq!(check(&long_function(80), &[], &[("src/a.rs", "f", 80)]), []);
        assert_eq!(check(&long_function(81), &[], &[("src/a.rs", "f", 80)]).len(), 1);
    }

    #[test]
    fn a_needless_entry_is_found() {
        assert_eq!(check(&long_file(FILE_LIMIT), &[("src/a.rs", 400)], &[]).len(), 1);
        assert_eq!(check(&long_function(FUNCTION_LIMIT), &[], &[("src/a.rs", "f", 80)]).len(), 1);
        assert_eq!(check(&long_file(1), &[("src/gone.rs", 400)], &[]).len(), 1);
    }
}
