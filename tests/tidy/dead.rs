// SPDX-License-Identifier: GPL-2.0-only
//! Files that nothing leads to.

use crate::rust::{code_only, is_word, occurrences, word_at};
use crate::tree::Source;
use crate::{Finding, finding};

/// Rust files that no crate root reaches through `mod` declarations: the compiler never sees them.
pub fn modules(sources: &[Source]) -> Vec<Finding> {
    let rust: Vec<&Source> = sources.iter().filter(|s| s.is_rust()).collect();
    let mut reached: Vec<String> = rust.iter().filter(|s| is_root(&s.path)).map(|s| s.path.clone()).collect();
    let mut next = 0;
    while next < reached.len() {
        if let Some(source) = rust.iter().find(|s| s.path == reached[next]) {
            reached.extend(declared(source));
        }
        next += 1;
    }
    let dead = rust.iter().filter(|s| !reached.contains(&s.path));
    dead.map(|s| finding(&s.path, 0, "no `mod` declaration leads here")).collect()
}

fn is_root(path: &str) -> bool {
    let parts: Vec<&str> = path.split('/').collect();
    let program = matches!(
        parts.as_slice(),
        [".ci", _] | ["src", "lib.rs" | "pure.rs"] | ["src", "bin", _] | ["tests", "peers", "src", "lib.rs"]
    );
    let test = matches!(parts.as_slice(), ["tests" | "examples" | "benches", rest @ ..] if matches!(rest, [_] | [_, "main.rs"]));
    program || test
}

/// The files that a file's `mod name;` may mean.
fn declared(source: &Source) -> Vec<String> {
    let own = source.name();
    let folder = match is_root(&source.path) || own == "mod.rs" {
        true => source.folder().to_owned(),
        false => source.path.trim_end_matches(".rs").to_owned(),
    };
    let code = code_only(&source.text);
    let mut files = Vec::new();
    for at in occurrences(&code, "mod") {
        let name = word_at(&code, at + 3);
        let after = code[at..].trim_start_matches("mod").trim_start();
        if !name.is_empty() && after[name.len()..].trim_start().starts_with(';') {
            files.push(format!("{folder}/{name}.rs"));
            files.push(format!("{folder}/{name}/mod.rs"));
        }
    }
    // Another place may be given for a module. It counts from the file's own folder.
    let paths = occurrences(&code, "#[path").into_iter().filter_map(|at| source.text[at..].split('"').nth(1));
    files.extend(paths.map(|path| join(source.folder(), path)));
    files
}

fn join(folder: &str, path: &str) -> String {
    let mut parts: Vec<&str> = folder.split('/').collect();
    for part in path.split('/') {
        if part == ".." {
            parts.pop();
        } else {
            parts.push(part);
        }
    }
    parts.join("/")
}

/// Files that nothing names: parts of the page, data of tests, and scripts.
pub fn unnamed(all: &[Source]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in all {
        let top = file.path.split('/').next().expect("a path has a first part");
        let named = match top {
            "www" => all.iter().any(|s| s.path != file.path && s.is_code() && mentions(&s.text, file.name())),
            // A manifest is found by cargo, through the manifest that names its folder.
            "tests" if !file.is_rust() && !matches!(file.name(), "README.md" | "Cargo.toml") => is_test_data(file, all),
            ".ci" if file.folder() == ".ci/setup" => {
                all.iter().any(|s| s.path != file.path && mentions(&s.text, file.name()))
            }
            _ => true,
        };
        if !named {
            findings.push(finding(&file.path, 0, "nothing names this file: use it, document it, or remove it"));
        }
    }
    findings
}

/// A test names it, or a README beside or above it names it or the folder it lies in.
fn is_test_data(file: &Source, all: &[Source]) -> bool {
    let by_code = all.iter().any(|s| s.is_rust() && mentions(&s.text, file.name()));
    let readmes = all.iter().filter(|s| s.name() == "README.md" && file.path.starts_with(&format!("{}/", s.folder())));
    let mut documented = readmes.map(|readme| {
        let below = &file.path[readme.folder().len() + 1..];
        below.split('/').any(|part| mentions(&readme.text, part))
    });
    by_code || documented.any(|yes| yes)
}

/// A name, not as the end or the beginning of a longer one.
fn mentions(text: &str, name: &str) -> bool {
    let bytes = text.as_bytes();
    text.match_indices(name).any(|(at, _)| {
        let before = at > 0 && (is_word(bytes[at - 1]) || bytes[at - 1] == b'-');
        let after = bytes.get(at + name.len()).is_some_and(|&b| is_word(b) || b == b'-');
        !before && !after
    })
}

#[test]
fn an_undeclared_module_is_found() {
    let sources = [
        Source::new("src/lib.rs", "pub mod a;\n// mod c;\nmod d { }\n"),
        Source::new("src/a/mod.rs", "mod b;\n"),
        Source::new("src/a/b.rs", "mod e;\n"),
        Source::new("src/a/b/e.rs", ""),
        Source::new("src/c.rs", ""),
        Source::new("src/d.rs", ""),
        Source::new("src/bin/tool.rs", ""),
        Source::new("tests/t/main.rs", "mod part;\n"),
        Source::new("tests/t/part.rs", ""),
        Source::new("tests/t/lost.rs", ""),
        Source::new("tests/u.rs", "#[path = \"u/part.rs\"]\nmod part;\n#[path = \"../src/shared.rs\"]\nmod shared;\n"),
        Source::new("tests/u/part.rs", ""),
        Source::new("src/shared.rs", ""),
    ];
    let paths: Vec<String> = modules(&sources).into_iter().map(|f| f.path).collect();
    assert_eq!(paths, ["src/c.rs", "src/d.rs", "tests/t/lost.rs"]);
}

#[test]
fn an_unnamed_file_is_found() {
    let all = [
        Source::new("index.html", "<link href=\"www/style.css\">"),
        Source::new("www/style.css", ""),
        Source::new("www/old-style.css", ""),
        Source::new("tests/t/main.rs", "include_str!(\"used.txt\")"),
        Source::new("tests/t/used.txt", ""),
        Source::new("tests/t/unused.txt", ""),
        Source::new("tests/data/README.md", "`real` holds what a kernel printed."),
        Source::new("tests/data/real/a.txt", ""),
        Source::new("tests/data/stray.txt", ""),
        Source::new(".ci/run", "setup/rust.sh"),
        Source::new(".ci/setup/rust.sh", ""),
        Source::new(".ci/setup/lost.sh", ""),
    ];
    let paths: Vec<String> = unnamed(&all).into_iter().map(|f| f.path).collect();
    assert_eq!(paths, ["www/old-style.css", "tests/t/unused.txt", "tests/data/stray.txt", ".ci/setup/lost.sh"]);
}
