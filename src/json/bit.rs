// SPDX-License-Identifier: GPL-2.0-only
//! Bits of the kernel.

use std::fmt;

use serde::Deserializer;
use serde::de::{Error, Visitor};

/// A kernel prints its bits as 0 and 1; other writers of JSON say true and false.
pub fn bit<'de, D: Deserializer<'de>>(from: D) -> Result<bool, D::Error> {
    from.deserialize_any(Bit)
}

struct Bit;

impl Visitor<'_> for Bit {
    type Value = bool;

    fn expecting(&self, out: &mut fmt::Formatter) -> fmt::Result {
        out.write_str("0, 1, true or false")
    }

    fn visit_bool<E>(self, flag: bool) -> Result<bool, E> {
        Ok(flag)
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<bool, E> {
        if number > 1 { Err(E::custom(format_args!("{number} is neither 0 nor 1"))) } else { Ok(number == 1) }
    }
}
