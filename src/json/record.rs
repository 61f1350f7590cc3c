// SPDX-License-Identifier: GPL-2.0-only
//! Records of many plain fields. A derived reader takes fields in any order and so keeps each one aside until all have
//! come, at a hundred bytes of program a field; a record that asks for its fields by name takes a tenth of that.

use serde::de::{DeserializeOwned, Error};
use serde_json::{Map, Value};

use super::bit::bit;
use super::reader::{Node, Place, Refusal};

/// What is filled from an object, field by field, over its defaults. Fields that it does not ask for are ignored.
pub trait Record: Default {
    /// # Errors
    /// A field that is missing or of another kind.
    fn fill(&mut self, from: &Object) -> Result<(), Refusal>;
}

/// The record that a tree holds.
///
/// # Errors
/// As of [`Record::fill`], or the tree is no object.
pub fn record<T: Record>(value: &Value) -> Result<T, Refusal> {
    let mut made = T::default();
    fill(&mut made, value, &Place::Root)?;
    Ok(made)
}

fn fill<T: Record>(made: &mut T, value: &Value, place: &Place) -> Result<(), Refusal> {
    match value {
        Value::Object(map) => made.fill(&Object { map, place }),
        _ => Err(Node { value, place }.mistaken(&"an object")),
    }
}

/// An object whose fields are asked for.
pub struct Object<'a> {
    map: &'a Map<String, Value>,
    place: &'a Place<'a>,
}

impl Object<'_> {
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

    /// A list of records that must be there.
    pub fn need_records<T: Record>(&self, name: &'static str, slot: &mut Vec<T>) -> Result<(), Refusal> {
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
