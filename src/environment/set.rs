// SPDX-License-Identifier: GPL-2.0-only
//! Setting a field of an environment by its name, as command lines and tables of cells do.

use serde_json::Value;

use super::spec::Environment;

/// Sets one field by its name, through the field's own type.
pub fn set(environment: &Environment, key: &str, value: &str) -> Result<Environment, String> {
    let (key, value) = match key {
        "memory" => ("memory_mib", mebibytes(value).ok_or(format!("--memory {value}: write it as 512MiB or 2GiB"))?),
        "page_cache" => ("page_cache_mib", mebibytes(value).ok_or(format!("page_cache={value}: write it as 300MiB"))?),
        _ => (key, value.to_owned()),
    };
    let mut tree = serde_json::to_value(environment).expect("an environment is plain data");
    let mut field = &mut tree;
    for part in key.split('.') {
        let Value::Object(fields) = field else { return Err(format!("--set {key}: `{part}` has no fields")) };
        let known = fields.keys().cloned().collect::<Vec<_>>().join(", ");
        field = fields.get_mut(part).ok_or(format!("--set {key}: no field `{part}`; there are {known}"))?;
    }
    *field = match (&*field, value.as_str()) {
        (Value::Bool(_), "on" | "1" | "yes" | "true") => Value::Bool(true),
        (Value::Bool(_), "off" | "0" | "no" | "false") => Value::Bool(false),
        (Value::Number(_) | Value::Null, text) => {
            text.parse::<u64>().map(Value::from).map_err(|_| format!("--set {key}={text}: a whole number is wanted"))?
        }
        (_, text) => Value::from(text),
    };
    serde_json::from_value(tree).map_err(|error| format!("--set {key}={value}: {error}"))
}

fn mebibytes(text: &str) -> Option<String> {
    let lower = text.to_ascii_lowercase();
    let units = [("gib", 1024), ("g", 1024), ("mib", 1), ("m", 1), ("", 1)];
    let (digits, factor) =
        units.iter().find_map(|(unit, factor)| lower.strip_suffix(unit).map(|rest| (rest, factor)))?;
    digits.trim().parse::<u32>().ok()?.checked_mul(*factor).map(|mib| mib.to_string())
}
