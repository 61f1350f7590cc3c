// SPDX-License-Identifier: GPL-2.0-only
//! How a command ends.

/// Bad input.
pub const BAD_INPUT: u8 = 2;
/// A result differs from what was promised.
pub const DIFFERS: u8 = 3;
/// A bar was missed.
pub const MISSED: u8 = 4;

/// What a command prints and how it ends.
pub struct Done {
    pub text: String,
    pub status: u8,
    /// A sentence for the error stream.
    pub said: Option<String>,
}

impl From<String> for Done {
    fn from(text: String) -> Done {
        Done { text, status: 0, said: None }
    }
}
