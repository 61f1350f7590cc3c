// SPDX-License-Identifier: GPL-2.0-only
//! Reading JSON: text to a tree, a tree to plain data, errors that name the field.
//!
//! Everything that is read goes through the one reader here. A derived reader is compiled anew for each kind of source,
//! and the page has no room for four of them.

mod bit;
mod reader;
mod record;
mod tree;

use serde::de::DeserializeOwned;
use serde_json::Value;

pub use reader::Refusal;
pub use record::{Object, Record, reads, reads_only, record, refill};

/// The tree that a text stands for. A field that is given twice is an error.
///
/// # Errors
/// It is not JSON; the error names line and column.
pub fn parse(text: &[u8]) -> Result<Value, String> {
    let mut source = serde_json::Deserializer::from_slice(text);
    let tree = tree::read(&mut source).and_then(|tree| source.end().map(|()| tree));
    tree.map_err(|error| error.to_string())
}

/// What a tree says.
///
/// # Errors
/// A field that is missing, unknown or of another kind.
pub fn read<T: DeserializeOwned>(value: &Value) -> Result<T, Refusal> {
    T::deserialize(reader::whole(value))
}

/// What a text says.
///
/// # Errors
/// As of `parse` and `record`.
pub fn from_text<T: Record + Default>(text: &str) -> Result<T, String> {
    record(&parse(text.as_bytes())?).map_err(|refusal| refusal.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;
    use std::collections::BTreeMap;

    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct All {
        text: String,
        small: u8,
        negative: i64,
        switch: bool,
        #[serde(default)]
        absent: Option<u32>,
        present: Option<u32>,
        list: Vec<Choice>,
        map: BTreeMap<String, u64>,
    }

    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(rename_all = "kebab-case")]
    enum Choice {
        Plain,
        One(u64),
        Inner { pages: u32 },
    }

    const SOUND: &str = r#"{"text":"a\u00e9","small":255,"negative":-3,"switch":true,"present":null,
        "list":["plain",{"one":18446744073709551615},{"inner":{"pages":1}}],"map":{"a":1}}"#;

    #[test]
    fn the_same_is_read_as_by_serde_json() {
        assert_eq!(read::<All>(&parse(SOUND.as_bytes()).unwrap()).unwrap(), serde_json::from_str(SOUND).unwrap());
        assert_eq!(parse(SOUND.as_bytes()).unwrap(), serde_json::from_str::<Value>(SOUND).unwrap());
        let numbers = "[0, -1, 1.5, 1e300, true, null, {}, []]";
        assert_eq!(parse(numbers.as_bytes()).unwrap(), serde_json::from_str::<Value>(numbers).unwrap());
    }

    #[test]
    fn refusals_name_the_place() {
        for (good, bad, place, what) in [
            ("255", "256", "small", "invalid value: integer `256`, expected a whole number of 0..255"),
            ("255", "\"x\"", "small", "invalid type: string \"x\", expected a whole number of 0..255"),
            ("\"switch\":true", "\"switch\":1", "switch", "invalid type: integer `1`, expected a boolean"),
            ("\"switch\":true", "\"switch\":[]", "switch", "invalid type: sequence, expected a boolean"),
            ("\"switch\":true,", "", ".", "missing field `switch`"),
            ("\"switch\":true", "\"switch\":true,\"extra\":1", "extra", "unknown field `extra`"),
            ("\"plain\"", "\"plane\"", "list[0].plane", "unknown variant `plane`, expected one of `plain`"),
            ("\"plain\"", "7", "list[0]", "invalid type: integer `7`, expected"),
            (
                "{\"pages\":1}",
                "{\"pages\":-1}",
                "list[2].inner.pages",
                "invalid value: integer `-1`, expected a whole number of 0..4294967295",
            ),
            ("{\"pages\":1}", "{}", "list[2].inner", "missing field `pages`"),
            ("{\"a\":1}", "{\"a\":null}", "map.a", "invalid type: null, expected a whole number, not below 0"),
            ("\"one\":1", "\"plain\":1", "list[1].plain", "expected unit"),
        ] {
            let text = SOUND.replacen(good, bad, 1);
            let refusal = read::<All>(&parse(text.as_bytes()).unwrap()).expect_err(bad);
            assert_eq!(refusal.place(), place, "{bad}: {refusal}");
            assert!(refusal.problem().contains(what), "{bad}: {refusal}");
        }
    }

    #[test]
    fn what_is_no_json_is_refused_by_line() {
        for (text, what) in [("{", "line 1"), ("[1]\n]", "line 2"), (r#"{"a":1,"a":2}"#, "`a` is given twice")] {
            let error = parse(text.as_bytes()).expect_err(text);
            assert!(error.contains(what) && error.contains("line"), "{text}: {error}");
        }
    }
}
