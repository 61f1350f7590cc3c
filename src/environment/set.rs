// SPDX-License-Identifier: GPL-2.0-only
//! Fields of an environment by their names: set one from text, list those that differ from the preset.

use serde_json::Value;

use super::presets::preset;
use super::spec::{Environment, Footprint, SpecError, Vm};
use crate::json::{self, reads};
use crate::model::settings::Costs;

/// Sets one field by its name, through the field's own type. Generic, so that the readers below it are compiled for size
/// with the package that calls it.
///
/// # Errors
/// No such field, or a value that the field cannot have.
pub fn set(environment: &Environment, key: &str, value: impl AsRef<str>) -> Result<Environment, SpecError> {
    let value = value.as_ref();
    let wanted = |how: &str| SpecError::new(key, format!("`{value}`: write it as {how}"));
    let (path, value) = match key {
        "memory" => ("memory_mib", mebibytes(value).ok_or_else(|| wanted("512MiB or 2GiB"))?),
        "page_cache" => ("page_cache_mib", mebibytes(value).ok_or_else(|| wanted("300MiB"))?),
        _ => (key, value.to_owned()),
    };
    if path == "name" {
        return Err(SpecError::new(path, "the name is that of the preset"));
    }
    let mut tree = serde_json::to_value(environment).expect("an environment is plain data");
    let mut field = &mut tree;
    for part in path.split('.') {
        let Value::Object(fields) = field else {
            return Err(SpecError::new(key, format!("`{part}` has no fields")));
        };
        let known = fields.keys().cloned().collect::<Vec<_>>().join(", ");
        field =
            fields.get_mut(part).ok_or_else(|| SpecError::new(key, format!("no field `{part}`; there are {known}")))?;
    }
    *field = match (&*field, value.as_str()) {
        (Value::Object(_), _) => return Err(SpecError::new(key, "it is a group of fields: name one of them")),
        (Value::Bool(_), "on" | "1" | "yes" | "true") => Value::Bool(true),
        (Value::Bool(_), "off" | "0" | "no" | "false") => Value::Bool(false),
        (Value::Bool(_), _) => return Err(wanted("on or off")),
        // The kernel chooses where no number is given.
        (Value::Number(_) | Value::Null, "auto") if path == "vm.min_free_kbytes" => Value::Null,
        (Value::Number(_) | Value::Null, text) => text
            .parse::<u64>()
            .map(Value::from)
            .map_err(|_| SpecError::new(key, format!("`{text}`: a whole number is wanted")))?,
        (_, text) => Value::from(text),
    };
    let mut made = environment.clone();
    json::refill(&mut made, &tree)
        .map_err(|refusal| SpecError::new(key, format!("`{value}`: {}", refusal.problem())))?;
    // A preset's own page cache shrinks with its memory; one that somebody asked for is never changed.
    let own = |preset: Environment| preset.page_cache_mib == made.page_cache_mib;
    if path == "memory_mib" && preset(&made.name).is_some_and(own) {
        made.page_cache_mib = made.page_cache_mib.min(made.page_cache_mib_max());
    }
    Ok(made)
}

/// The fields that differ from `preset`, by name and in order of name, as `set` takes them; the name apart.
pub fn changes(environment: &Environment, preset: &Environment) -> Vec<(String, String)> {
    let tree = |environment| serde_json::to_value(environment).expect("an environment is plain data");
    let mut found = Vec::new();
    differences("", &tree(environment), &tree(preset), &mut found);
    found.retain(|(name, _)| name != "name");
    sort(&mut found);
    found
}

reads!(Environment:
    may name, may memory_mib, may cpus, may layout, may thp, may mglru, may page_cache_mib, may background,
    may counters_until, may_record vm, may_record footprint, may_record costs);
reads!(Vm:
    may min_free_kbytes, may watermark_scale_factor, may watermark_boost_factor, may percpu_pagelist_high_fraction,
    may defrag_mode, may compaction_proactiveness, may extfrag_threshold);
reads!(Footprint:
    may reserved_pages, may initmem_pages, may dma_pages, may unmovable_pages, may reclaimable_pages,
    may freeable_objects, may movable_pages, may movable_spread_pages, may file_pages, may pcp_pages_min,
    may pcp_pages_max, may pcp_pages_step, may pcp_unmovable_pages, may pcp_reclaimable_pages, may late_refill_pages);
reads!(Costs:
    may anon_fault_ns, may secretmem_fault_ns, may unmapped_fault_ns, may chunk_ns, may free_page_ns,
    may secretmem_free_ns, may read_page_ns, may disk_page_ns, may scan_ns, may migrate_success_ns, may migrate_fail_ns,
    may reclaim_pass_ns, may reclaim_page_ns, may unmap_block_ns, may map_block_ns, may drain_page_ns, may slice_ns,
    may slow_round_ns);

/// A field as a control shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// As `set` takes it.
    pub name: String,
    pub value: String,
    /// The words that it can be, if it is one of a few.
    pub choices: &'static [&'static str],
}

impl Field {
    pub fn is_switch(&self) -> bool {
        self.value == "on" || self.value == "off"
    }
}

/// Every field with its value, in order of name; the name apart.
pub fn fields(environment: &Environment) -> Vec<Field> {
    let tree = serde_json::to_value(environment).expect("an environment is plain data");
    let mut found = Vec::new();
    leaves("", &tree, &mut found);
    found.retain(|(name, _)| name != "name");
    sort(&mut found);
    let choices = |name: &str| CHOICES.iter().find(|(known, _)| *known == name).map_or(&[][..], |(_, words)| *words);
    found.into_iter().map(|(name, value)| Field { choices: choices(&name), name, value }).collect()
}

/// By name; names are not given twice. By hand, since they are a few dozen and the library's way is 4 KiB of code for
/// each type.
fn sort(found: &mut [(String, String)]) {
    for end in 1..found.len() {
        let at = found[..end].partition_point(|(name, _)| *name < found[end].0);
        found[at..=end].rotate_right(1);
    }
}

/// Fields that are one of a few words.
const CHOICES: &[(&str, &[&str])] = &[
    ("layout", &["pc", "single"]),
    ("thp", &["always", "madvise", "never"]),
    ("background", &["none", "light", "heavy"]),
    ("counters_until", &["victim-gone", "program-end"]),
];

fn leaves(name: &str, tree: &Value, found: &mut Vec<(String, String)>) {
    match tree {
        Value::Object(fields) => {
            for (key, value) in fields {
                let name = if name.is_empty() { key.clone() } else { format!("{name}.{key}") };
                leaves(&name, value, found);
            }
        }
        value => found.push((name.to_owned(), text_of(value))),
    }
}

/// A value as `set` takes it.
fn text_of(value: &Value) -> String {
    match value {
        Value::Bool(on) => if *on { "on" } else { "off" }.to_owned(),
        Value::String(text) => text.clone(),
        Value::Null => "auto".to_owned(),
        other => other.to_string(),
    }
}

fn differences(name: &str, new: &Value, old: &Value, found: &mut Vec<(String, String)>) {
    match (new, old) {
        (Value::Object(new), Value::Object(old)) => {
            for (key, value) in new {
                let name = if name.is_empty() { key.clone() } else { format!("{name}.{key}") };
                differences(&name, value, &old[key], found);
            }
        }
        _ if new == old => {}
        (value, _) => found.push((name.to_owned(), text_of(value))),
    }
}

/// A size such as 512MiB, 2GiB or 2g in MiB, as digits.
fn mebibytes(text: &str) -> Option<String> {
    let lower = text.to_ascii_lowercase();
    let units = [("gib", 1024), ("g", 1024), ("mib", 1), ("m", 1), ("", 1)];
    let (digits, factor) =
        units.iter().find_map(|(unit, factor)| lower.strip_suffix(unit).map(|rest| (rest, factor)))?;
    digits.trim().parse::<u32>().ok()?.checked_mul(*factor).map(|mib| mib.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::environment::preset;

    #[test]
    fn what_was_set_is_what_differs() {
        let old = preset("minimal-1g").unwrap();
        let pairs = [("vm.min_free_kbytes", "4096"), ("memory", "2g"), ("thp", "never"), ("mglru", "on")];
        let new = pairs.iter().fold(old.clone(), |new, (key, value)| set(&new, key, value).unwrap());
        let found = changes(&new, &old);
        let names: Vec<_> = found.iter().map(|(name, value)| format!("{name}={value}")).collect();
        assert_eq!(names, ["memory_mib=2048", "mglru=on", "thp=never", "vm.min_free_kbytes=4096"]);
        let again = found.iter().fold(old.clone(), |new, (key, value)| set(&new, key, value).unwrap());
        assert_eq!(again, new);
        assert_eq!(set(&new, "vm.min_free_kbytes", "auto").unwrap().vm, old.vm);
    }

    #[test]
    fn every_field_is_listed_and_takes_what_it_is_listed_with() {
        for preset in crate::environment::PRESETS {
            let environment = preset.environment();
            for field in fields(&environment) {
                assert_eq!(set(&environment, &field.name, &field.value).as_ref(), Ok(&environment), "{}", field.name);
                let switch = if field.is_switch() { &["on", "off"][..] } else { &[] };
                for word in field.choices.iter().chain(switch) {
                    let changed = set(&environment, &field.name, word).expect("a word it may be");
                    let value = fields(&changed).into_iter().find(|other| other.name == field.name).map(|f| f.value);
                    assert_eq!(value.as_deref(), Some(*word), "{}", field.name);
                }
            }
        }
    }

    #[test]
    fn what_cannot_be_is_refused_by_name() {
        let old = preset("minimal-1g").unwrap();
        for (key, value) in
            [("nmae", "1"), ("vm", "1"), ("vm.x", "1"), ("cpus", "many"), ("thp", "ever"), ("name", "x")]
        {
            assert!(set(&old, key, value).unwrap_err().to_string().contains(key), "{key}");
        }
    }
}
