// SPDX-License-Identifier: GPL-2.0-only
//! Named counts in the order of a text.

/// A list of names and counts: the order is the order of printing, which differs between kernel versions.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fields(pub Vec<(String, u64)>);

impl Fields {
    /// The count under `name`, if the text has it.
    pub fn get(&self, name: &str) -> Option<u64> {
        self.0.iter().find(|(key, _)| key == name).map(|(_, count)| *count)
    }

    /// The count under `name`; what was not counted is 0.
    pub fn count(&self, name: &str) -> u64 {
        self.get(name).unwrap_or(0)
    }

    pub fn push(&mut self, name: &str, count: u64) {
        self.0.push((name.to_string(), count));
    }

    /// The same counts under exactly `names`, in that order; absent ones are 0.
    pub fn ordered<'a>(&self, names: impl IntoIterator<Item = &'a str>) -> Fields {
        Fields(names.into_iter().map(|name| (name.to_string(), self.count(name))).collect())
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn iter(&self) -> impl Iterator<Item = (&str, u64)> {
        self.0.iter().map(|(name, count)| (name.as_str(), *count))
    }
}

impl<'a> FromIterator<(&'a str, u64)> for Fields {
    fn from_iter<I: IntoIterator<Item = (&'a str, u64)>>(pairs: I) -> Fields {
        Fields(pairs.into_iter().map(|(name, count)| (name.to_string(), count)).collect())
    }
}

impl<const N: usize> From<[(&str, u64); N]> for Fields {
    fn from(pairs: [(&str, u64); N]) -> Fields {
        pairs.into_iter().collect()
    }
}
