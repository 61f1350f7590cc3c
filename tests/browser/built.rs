// SPDX-License-Identifier: GPL-2.0-only
//! What is built is what is published: it says nothing of the machine that built it.

use std::fs::read;

use crate::page::built;

#[test]
fn the_programs_do_not_say_where_they_were_built() {
    let folder = std::fs::read_dir(built()).expect("dist can be read");
    let files = folder.map(|entry| entry.expect("dist can be read").path());
    let programs: Vec<_> = files.filter(|path| path.extension().is_some_and(|ending| ending == "wasm")).collect();
    assert_eq!(programs.len(), 2, "{programs:?}");
    let home = || std::env::var("HOME").unwrap_or_default();
    let registry = std::env::var("CARGO_HOME").unwrap_or_else(|_| home() + "/.cargo");
    // cargo's flags, which take such places away, cannot carry a space.
    let places = [registry.as_str(), env!("CARGO_MANIFEST_DIR")];
    let places = places.iter().filter(|place| !place.contains(char::is_whitespace));
    for path in programs {
        let program = read(&path).expect("dist can be read");
        let holds = |text: &str| program.windows(text.len()).any(|bytes| bytes == text.as_bytes());
        assert!(holds("src/model/"), "{}: places are told from the sources on", path.display());
        for place in places.clone() {
            assert!(!holds(place), "{} says {place}: build it with .ci/with trunk build --release", path.display());
        }
    }
}
