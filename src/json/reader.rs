// SPDX-License-Identifier: GPL-2.0-only
//! The one source that derived readers are compiled for: a tree, and the way that led to each of its nodes.

use std::fmt;

use serde::de::value::StrDeserializer;
use serde::de::{
    DeserializeSeed, Deserializer, EnumAccess, Error, Expected, MapAccess, SeqAccess, Unexpected, VariantAccess,
    Visitor,
};
use serde::forward_to_deserialize_any;
use serde_json::Value;

/// What a tree does not say, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal(Box<(Option<String>, String)>);

impl Refusal {
    /// As `plan.sequence[0].idle.ms`; a full stop for the whole.
    pub fn place(&self) -> &str {
        self.0.0.as_deref().filter(|place| !place.is_empty()).unwrap_or(".")
    }

    pub fn problem(&self) -> &str {
        &self.0.1
    }

    /// The innermost place counts.
    #[cold]
    #[inline(never)]
    pub(super) fn at(mut self, place: &Place) -> Refusal {
        if self.0.0.is_none() {
            let mut text = String::new();
            place.write(&mut text);
            self.0.0 = Some(text);
        }
        self
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        if self.place() != "." {
            write!(out, "{}: ", self.place())?;
        }
        out.write_str(self.problem())
    }
}

impl std::error::Error for Refusal {}

impl Error for Refusal {
    fn custom<T: fmt::Display>(problem: T) -> Refusal {
        let mut problem = problem.to_string();
        if let Some((head, name)) = problem.rsplit_once("expected ")
            && let Some((_, words)) = NUMBERS.iter().find(|(of, _)| *of == name)
        {
            problem = format!("{head}expected {words}");
        }
        Refusal(Box::new((None, problem)))
    }
}

/// What Rust calls its numbers, and what everybody does.
const NUMBERS: [(&str, &str); 5] = [
    ("u8", "a whole number of 0..255"),
    ("u16", "a whole number of 0..65535"),
    ("u32", "a whole number of 0..4294967295"),
    ("u64", "a whole number, not below 0"),
    ("i32", "a whole number"),
];

/// The way to a node, kept on the stack: it costs nothing until something is refused.
#[derive(Clone, Copy)]
pub(super) enum Place<'a> {
    Root,
    Field(&'a Place<'a>, &'a str),
    Item(&'a Place<'a>, usize),
}

impl Place<'_> {
    fn write(&self, text: &mut String) {
        match self {
            Place::Root => {}
            Place::Field(outer, name) => {
                outer.write(text);
                if !text.is_empty() {
                    text.push('.');
                }
                text.push_str(name);
            }
            Place::Item(outer, index) => {
                outer.write(text);
                text.push_str(&format!("[{index}]"));
            }
        }
    }
}

#[derive(Clone, Copy)]
pub struct Node<'a> {
    pub(super) value: &'a Value,
    pub(super) place: &'a Place<'a>,
}

pub fn whole(value: &Value) -> Node<'_> {
    Node { value, place: &Place::Root }
}

impl Node<'_> {
    #[cold]
    pub(super) fn mistaken(self, expected: &dyn Expected) -> Refusal {
        let found = match self.value {
            Value::Null => Unexpected::Other("null"),
            Value::Bool(value) => Unexpected::Bool(*value),
            Value::Number(number) => match (number.as_u64(), number.as_i64()) {
                (Some(value), _) => Unexpected::Unsigned(value),
                (None, Some(value)) => Unexpected::Signed(value),
                (None, None) => Unexpected::Float(number.as_f64().unwrap_or(f64::NAN)),
            },
            Value::String(text) => Unexpected::Str(text),
            Value::Array(_) => Unexpected::Seq,
            Value::Object(_) => Unexpected::Map,
        };
        Refusal::invalid_type(found, expected).at(self.place)
    }

    #[inline(never)]
    fn number<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
        let Value::Number(number) = self.value else { return Err(self.mistaken(&visitor)) };
        let read = match (number.as_u64(), number.as_i64()) {
            (Some(value), _) => visitor.visit_u64::<Refusal>(value),
            (None, Some(value)) => visitor.visit_i64(value),
            (None, None) => visitor.visit_f64(number.as_f64().unwrap_or(f64::NAN)),
        };
        read.map_err(|refusal| refusal.at(self.place))
    }
}

macro_rules! numbers {
    ($($method:ident)*) => {
        $(fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
            self.number(visitor)
        })*
    };
}

impl<'de> Deserializer<'de> for Node<'_> {
    type Error = Refusal;

    numbers! {
        deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64
        deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64 deserialize_f32 deserialize_f64
    }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
        match self.value {
            Value::Null => visitor.visit_unit(),
            Value::Bool(value) => visitor.visit_bool(*value),
            Value::Number(_) => self.number(visitor),
            Value::String(text) => visitor.visit_str(text),
            Value::Array(_) => self.deserialize_seq(visitor),
            Value::Object(_) => self.deserialize_map(visitor),
        }
        .map_err(|refusal| refusal.at(self.place))
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
        let Value::Bool(value) = self.value else { return Err(self.mistaken(&visitor)) };
        visitor.visit_bool(*value)
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
        let Value::String(text) = self.value else { return Err(self.mistaken(&visitor)) };
        visitor.visit_str::<Refusal>(text).map_err(|refusal| refusal.at(self.place))
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
        self.deserialize_str(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
        if self.value.is_null() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
        if self.value.is_null() { visitor.visit_unit() } else { Err(self.mistaken(&visitor)) }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Refusal> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
        let Value::Array(list) = self.value else { return Err(self.mistaken(&visitor)) };
        let mut items = Items { list, next: 0, place: self.place };
        let read = visitor.visit_seq(&mut items).map_err(|refusal| refusal.at(self.place))?;
        if items.next == list.len() {
            return Ok(read);
        }
        Err(Refusal::invalid_length(list.len(), &"a shorter list").at(self.place))
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Refusal> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
        let Value::Object(map) = self.value else { return Err(self.mistaken(&visitor)) };
        visitor
            .visit_map(Fields { map: map.iter(), field: None, place: self.place })
            .map_err(|refusal| refusal.at(self.place))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Refusal> {
        self.deserialize_map(visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Refusal> {
        let (name, value) = match self.value {
            Value::String(name) => (name, &Value::Null),
            Value::Object(map) if map.len() == 1 => map.iter().next().expect("it has one"),
            _ => return Err(self.mistaken(&"a word, or an object with one field")),
        };
        let place = Place::Field(self.place, name);
        let node = Node { value, place: &place };
        visitor.visit_enum(Choice { name, node }).map_err(|refusal| refusal.at(&place))
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
        visitor.visit_unit()
    }

    forward_to_deserialize_any! { i128 u128 char bytes byte_buf unit_struct tuple_struct identifier }
}

struct Items<'a> {
    list: &'a [Value],
    next: usize,
    place: &'a Place<'a>,
}

impl<'de> SeqAccess<'de> for &mut Items<'_> {
    type Error = Refusal;

    #[inline(never)]
    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Refusal> {
        let Some(value) = self.list.get(self.next) else { return Ok(None) };
        let place = Place::Item(self.place, self.next);
        self.next += 1;
        seed.deserialize(Node { value, place: &place }).map(Some).map_err(|refusal| refusal.at(&place))
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.list.len() - self.next)
    }
}

struct Fields<'a> {
    map: serde_json::map::Iter<'a>,
    field: Option<(&'a str, &'a Value)>,
    place: &'a Place<'a>,
}

impl<'de> MapAccess<'de> for Fields<'_> {
    type Error = Refusal;

    #[inline(never)]
    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Refusal> {
        let Some((name, value)) = self.map.next() else { return Ok(None) };
        self.field = Some((name, value));
        let key = seed.deserialize(StrDeserializer::<Refusal>::new(name));
        key.map(Some).map_err(|refusal| refusal.at(&Place::Field(self.place, name)))
    }

    #[inline(never)]
    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Refusal> {
        let (name, value) = self.field.take().expect("a value is read after its name");
        let place = Place::Field(self.place, name);
        seed.deserialize(Node { value, place: &place }).map_err(|refusal| refusal.at(&place))
    }
}

/// A variant by its name, and what comes with it.
struct Choice<'a> {
    name: &'a str,
    node: Node<'a>,
}

impl<'de, 'a> EnumAccess<'de> for Choice<'a> {
    type Error = Refusal;
    type Variant = Node<'a>;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Node<'a>), Refusal> {
        Ok((seed.deserialize(StrDeserializer::<Refusal>::new(self.name))?, self.node))
    }
}

impl<'de> VariantAccess<'de> for Node<'_> {
    type Error = Refusal;

    fn unit_variant(self) -> Result<(), Refusal> {
        serde::Deserialize::deserialize(self)
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Refusal> {
        seed.deserialize(self)
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Refusal> {
        self.deserialize_seq(visitor)
    }

    fn struct_variant<V: Visitor<'de>>(self, _: &'static [&'static str], visitor: V) -> Result<V::Value, Refusal> {
        self.deserialize_map(visitor)
    }
}
