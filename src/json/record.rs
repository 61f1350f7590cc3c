// SPDX-License-Identifier: GPL-2.0-only
//! Records of many plain fields. A derived reader takes fields in any order and so keeps each one aside until all have
//! come, at a hundred bytes of program a field; a record that asks for its fields by name takes a tenth of that.

use serde::de::{DeserializeOwned, Error, Unexpected};
use serde_json::{Map, Value};

use super::bit::bit;
use super::reader::{Node, Place, Refusal};

/// What is filled from an object, field by field, over what it holds. Fields that it does not ask for are ignored.
pub trait Record {
    /// # Errors
    /// A field that is missing or of another kind.
    fn fill(&mut self, from: &Object) -> Result<(), Refusal>;
}

/// The record that a tree holds.
///
/// # Errors
/// As of [`Record::fill`], or the tree is no object.
pub fn record<T: Record + Default>(value: &Value) -> Result<T, Refusal> {
    let mut made = T::default();
    refill(&mut made, value)?;
    Ok(made)
}

/// Fills what there is already.
///
/// # Errors
/// As of `record`.
pub fn refill<T: Record>(made: &mut T, value: &Value) -> Result<(), Refusal> {
    fill(made, value, &Place::Root)
}

/// A reader of a type's fields, each in the way of `Object` that stands before it.
#[macro_export]
macro_rules! reads {
    ($kind:ident: $($way:ident $field:ident),*) => {
        impl $crate::json::Record for $kind {
            #[inline]
            fn fill(&mut self, from: &$crate::json::Object) -> Result<(), $crate::json::Refusal> {
                $(from.$way(stringify!($field), &mut self.$field)?;)*
                Ok(())
            }
        }
    };
}

/// The same, of a type that has no other fields.
#[macro_export]
macro_rules! reads_only {
    ($kind:ident: $($way:ident $field:ident),*) => {
        impl $crate::json::Record for $kind {
            #[inline]
            fn fill(&mut self, from: &$crate::json::Object) -> Result<(), $crate::json::Refusal> {
                from.only(&[$(stringify!($field)),*])?;
                $(from.$way(stringify!($field), &mut self.$field)?;)*
                Ok(())
            }
        }
    };
}

fn fill<T: Record>(made: &mut T, value: &Value, place: &Place) -> Result<(), Refusal> {
    match value {
        Value::Object(map) => made.fill(&Object { map, place }),
        _ => Err(Node { value, place }.mistaken(&"an object")),
    }
}

pub use {reads, reads_only};

/// An object whose fields are asked for.
pub struct Object<'a> {
    map: &'a Map<String, Value>,
    place: &'a Place<'a>,
}

impl Object<'_> {
    /// Refuses every field but these.
    #[inline(never)]
    pub fn only(&self, known: &'static [&'static str]) -> Result<(), Refusal> {
        match self.map.keys().find(|name| !known.contains(&name.as_str())) {
            Some(name) => Err(Refusal::unknown_field(name, known).at(&Place::Field(self.place, name))),
            None => Ok(()),
        }
    }

    /// The name of the one field, which is one of these.
    #[inline(never)]
    pub fn choice(&self, known: &'static [&'static str]) -> Result<&'static str, Refusal> {
        let mut names = self.map.keys();
        let (Some(name), None) = (names.next(), names.next()) else {
            return Err(Refusal::invalid_type(Unexpected::Map, &"an object with one field").at(self.place));
        };
        let found = known.iter().find(|one| **one == name).copied();
        found.ok_or_else(|| Refusal::unknown_variant(name, known).at(&Place::Field(self.place, name)))
    }

    /// A field that must be there.
    #[inline(never)]
    pub fn need<T: DeserializeOwned>(&self, name: &'static str, slot: &mut T) -> Result<(), Refusal> {
        if !self.map.contains_key(name) {
            return Err(Refusal::missing_field(name).at(self.place));
        }
        self.may(name, slot)
    }

    /// A field that keeps its default if it is not there.
    #[inline(never)]
    pub fn may<T: DeserializeOwned>(&self, name: &'static str, slot: &mut T) -> Result<(), Refusal> {
        self.each(name, |node| {
            *slot = T::deserialize(node)?;
            Ok(())
        })
    }

    /// A bit of the kernel that keeps its default if it is not there.
    pub fn may_bit(&self, name: &'static str, slot: &mut bool) -> Result<(), Refusal> {
        self.each(name, |node| {
            *slot = bit(node)?;
            Ok(())
        })
    }

    /// A record inside, whose fields keep their defaults if it is not there.
    pub fn may_record<T: Record>(&self, name: &'static str, slot: &mut T) -> Result<(), Refusal> {
        self.each(name, |node| fill(slot, node.value, node.place))
    }

    /// A record that must be there.
    pub fn need_record<T: Record>(&self, name: &'static str, slot: &mut T) -> Result<(), Refusal> {
        if !self.map.contains_key(name) {
            return Err(Refusal::missing_field(name).at(self.place));
        }
        self.may_record(name, slot)
    }

    /// A new record that must be there.
    pub fn made<T: Record + Default>(&self, name: &'static str) -> Result<T, Refusal> {
        let mut made = T::default();
        self.need_record(name, &mut made)?;
        Ok(made)
    }

    /// A record that may be missing, or `null`.
    pub fn may_some<T: Record + Default>(&self, name: &'static str, slot: &mut Option<T>) -> Result<(), Refusal> {
        match self.map.get(name) {
            None | Some(Value::Null) => Ok(()),
            Some(_) => self.may_record(name, slot.get_or_insert_with(T::default)),
        }
    }

    /// A list of records; empty if it is not there.
    pub fn may_records<T: Record + Default>(&self, name: &'static str, slot: &mut Vec<T>) -> Result<(), Refusal> {
        if self.map.contains_key(name) { self.need_records(name, slot) } else { Ok(()) }
    }

    /// A list of records that must be there.
    pub fn need_records<T: Record + Default>(&self, name: &'static str, slot: &mut Vec<T>) -> Result<(), Refusal> {
        let Some(value) = self.map.get(name) else { return Err(Refusal::missing_field(name).at(self.place)) };
        let place = Place::Field(self.place, name);
        let Value::Array(list) = value else { return Err(Node { value, place: &place }.mistaken(&"a list")) };
        for (at, value) in list.iter().enumerate() {
            let mut made = T::default();
            fill(&mut made, value, &Place::Item(&place, at))?;
            slot.push(made);
        }
        Ok(())
    }

    fn each(&self, name: &str, read: impl FnOnce(Node) -> Result<(), Refusal>) -> Result<(), Refusal> {
        let Some(value) = self.map.get(name) else { return Ok(()) };
        let place = Place::Field(self.place, name);
        read(Node { value, place: &place }).map_err(|refusal| refusal.at(&place))
    }
}
