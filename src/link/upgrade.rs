// SPDX-License-Identifier: GPL-2.0-only
//! From the pairs of any older version to those of the current one, a version at a time.

use super::CURRENT;
use super::grammar::{LinkError, Pairs};

/// From version `to - 1` to `to`: a pure function of the pairs.
pub struct Upgrader {
    pub to: u32,
    pub upgrade: fn(&mut Pairs) -> Result<(), LinkError>,
}

/// One for every version. Version 0 is a link that names none: it is read as one of version 1, which was the first.
pub const UPGRADERS: &[Upgrader] = &[Upgrader { to: 1, upgrade: |_| Ok(()) }];

// A version without its upgrader, or an upgrader beyond the current version, does not compile.
const _: () = {
    assert!(UPGRADERS.len() == CURRENT as usize);
    let mut i = 0;
    while i < UPGRADERS.len() {
        assert!(UPGRADERS[i].to == i as u32 + 1);
        i += 1;
    }
};

/// Brings pairs of `version` up to date.
pub fn upgrade(pairs: &mut Pairs, version: u32) -> Result<(), LinkError> {
    for upgrader in UPGRADERS.iter().filter(|upgrader| upgrader.to > version) {
        (upgrader.upgrade)(pairs)?;
    }
    Ok(())
}
