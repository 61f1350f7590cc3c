// SPDX-License-Identifier: GPL-2.0-only
//! Files of the library that import each other in a loop: none of them can be read before the others.
//!
//! An import is what a `use` of the library's own names says. A name that a `mod.rs` hands on counts as that file's.

use std::collections::{BTreeMap, BTreeSet};

use crate::rust::{code_only, occurrences};
use crate::tree::Source;
use crate::{Finding, finding};

pub fn check(sources: &[Source]) -> Vec<Finding> {
    let inside = |source: &&Source| source.is_rust() && source.path.starts_with("src/");
    let files: BTreeMap<String, &Source> = sources.iter().filter(inside).map(|s| (module(&s.path), s)).collect();
    let mut uses: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (own, source) in &files {
        let named = imports(&code_only(&source.text), own);
        let found = named.iter().filter_map(|path| home(path, &files)).filter(|used| used != own);
        uses.insert(own, found.collect());
    }
    // A file that uses none of the rest, or that none of the rest uses, is in no loop.
    loop {
        let used: BTreeSet<&str> = uses.values().flatten().copied().collect();
        let free = uses.iter().find(|(own, uses)| uses.is_empty() || !used.contains(*own)).map(|(&own, _)| own);
        let Some(free) = free else { break };
        uses.remove(free);
        uses.values_mut().for_each(|used| _ = used.remove(free));
    }
    let loops = uses.iter().map(|(own, used)| {
        let used: Vec<&str> = used.iter().copied().collect();
        finding(&files[*own].path, 0, format!("in a loop of imports: it uses {}", used.join(", ")))
    });
    loops.collect()
}

/// `a::b` for src/a/b.rs and src/a/b/mod.rs.
fn module(path: &str) -> String {
    let inner = path.trim_start_matches("src/").trim_end_matches(".rs");
    inner.trim_end_matches("/mod").replace('/', "::")
}

/// The module with a file of its own in which a name lies.
fn home<'a>(path: &str, files: &'a BTreeMap<String, &Source>) -> Option<&'a str> {
    let mut module = path;
    loop {
        if let Some((own, _)) = files.get_key_value(module) {
            return Some(own);
        }
        module = module.rsplit_once("::")?.0;
    }
}

/// The paths that a file's `use`s name, from the library's root. A module within the file climbs one step less far than
/// its `super`s say, which at most makes a file name itself.
fn imports(code: &str, own: &str) -> Vec<String> {
    let mut found = Vec::new();
    for at in occurrences(code, "use") {
        let text = code[at + "use".len()..].split(';').next().unwrap_or_default();
        let text: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
        // What takes everything is a test that looks at its own file.
        for path in leaves(&text).into_iter().filter(|path| !path.ends_with("::*")) {
            let mut parts: Vec<&str> = path.split("::").collect();
            let climbs = parts.iter().take_while(|&&part| part == "super").count();
            let base = match parts[0] {
                "crate" => Vec::new(),
                "self" => own.split("::").collect(),
                "super" => own.split("::").take(own.split("::").count().saturating_sub(climbs)).collect(),
                _ => continue,
            };
            parts.drain(..climbs.max(1));
            found.push([base, parts].concat().join("::"));
        }
    }
    found
}

/// `a::{b, c::{d, e}}` taken apart.
fn leaves(tree: &str) -> Vec<String> {
    let (mut found, mut depth, mut from) = (Vec::new(), 0, 0);
    let ends = tree.char_indices().chain([(tree.len(), ',')]);
    for (at, c) in ends {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                let part = tree[from..at].trim();
                from = at + 1;
                match part.split_once('{') {
                    Some((stem, rest)) => {
                        let inner = leaves(rest.strip_suffix('}').unwrap_or(rest));
                        found.extend(inner.into_iter().map(|leaf| format!("{stem}{leaf}")));
                    }
                    None if part.is_empty() => {}
                    None => found.push(part.split(" as ").next().unwrap_or_default().to_owned()),
                }
            }
            _ => {}
        }
    }
    found
}

#[test]
fn a_loop_is_found_and_what_hangs_on_it_is_not() {
    let sources = [
        Source::new("src/a.rs", "use crate::b::{c::{D, E}, self};\nuse std::fmt;\n"),
        Source::new("src/b/mod.rs", "pub mod c;\nmod d;\n"),
        Source::new("src/b/c.rs", "use super::d::F;\n"),
        Source::new("src/b/d.rs", "pub use super::{c::D as Other};\n"),
    ];
    let found: Vec<_> = check(&sources).into_iter().map(|f| (f.path, f.text)).collect();
    let text = |used: &str| format!("in a loop of imports: it uses {used}");
    assert_eq!(found, [("src/b/c.rs".into(), text("b::d")), ("src/b/d.rs".into(), text("b::c"))]);
    assert_eq!(check(&sources[..3]), []);
}

#[test]
fn trees_of_imports_are_taken_apart() {
    assert_eq!(leaves("a::{b, c::{d, e::{f}}, g as h}"), ["a::b", "a::c::d", "a::c::e::f", "a::g"]);
    assert_eq!(leaves("a::b::{self}, c"), ["a::b::self", "c"]);
    let code = "fn f() {}\nuse super::{x, y::Z};\nmod t {\n    use super::*;\n    use self::w;\n}\n";
    assert_eq!(imports(code, "m::n"), ["m::x", "m::y::Z", "m::n::w"]);
}
