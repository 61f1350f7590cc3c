// SPDX-License-Identifier: GPL-2.0-only
//! A map of a few entries: tasks, knobs, names. The library's map is compiled anew for each type, at twenty times the code
//! of this one.

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Few<K, V> {
    /// In order of key.
    entries: Vec<(K, V)>,
}

impl<K, V> Default for Few<K, V> {
    fn default() -> Few<K, V> {
        Few { entries: Vec::new() }
    }
}

impl<K: Copy + Ord, V> Few<K, V> {
    fn place(&self, key: K) -> Result<usize, usize> {
        self.entries.binary_search_by(|(known, _)| known.cmp(&key))
    }

    pub fn insert(&mut self, key: K, value: V) {
        match self.place(key) {
            Ok(at) => self.entries[at].1 = value,
            Err(at) => self.entries.insert(at, (key, value)),
        }
    }

    pub fn get(&self, key: K) -> Option<&V> {
        self.place(key).ok().map(|at| &self.entries[at].1)
    }

    pub fn get_mut(&mut self, key: K) -> Option<&mut V> {
        self.place(key).ok().map(|at| &mut self.entries[at].1)
    }

    pub fn get_or_default(&mut self, key: K) -> &mut V
    where
        V: Default,
    {
        let at = self.place(key).unwrap_or_else(|at| {
            self.entries.insert(at, (key, V::default()));
            at
        });
        &mut self.entries[at].1
    }

    pub fn remove(&mut self, key: K) -> Option<V> {
        self.place(key).ok().map(|at| self.entries.remove(at).1)
    }

    pub fn retain(&mut self, mut keep: impl FnMut(&K) -> bool) {
        self.entries.retain(|(key, _)| keep(key));
    }

    pub fn clear(&mut self) {
        self.entries.clear();
    }

    /// In order of key.
    pub fn iter(&self) -> std::slice::Iter<'_, (K, V)> {
        self.entries.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_a_map_in_order_of_key() {
        let mut few = Few::default();
        for key in [5, 1, 9, 5] {
            few.insert(key, key * 2);
        }
        *few.get_or_default(7) += 1;
        *few.get_or_default(9) += 1;
        assert_eq!((few.iter().len(), few.get(5), few.get(2)), (4, Some(&10), None));
        assert_eq!((few.remove(1), few.remove(1)), (Some(2), None));
        assert_eq!(few.iter().copied().collect::<Vec<_>>(), [(5, 10), (7, 1), (9, 19)]);
        few.retain(|&key| key != 7);
        assert_eq!(few.get_mut(7), None);
        assert_eq!(few.get_mut(9), Some(&mut 19));
        few.clear();
        assert_eq!(few.iter().len(), 0);
    }
}
