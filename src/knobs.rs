// SPDX-License-Identifier: GPL-2.0-only
//! Knobs: numbers and switches of a policy or workload, written `name:knob=value,knob=value`.

use std::fmt;

use crate::few::Few;

/// One knob. Switches are 0 and 1, written `off` and `on`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Knob {
    pub name: &'static str,
    pub about: &'static str,
    pub default: u32,
    pub min: u32,
    pub max: u32,
}

impl Knob {
    pub const fn switch(name: &'static str, about: &'static str, default: bool) -> Knob {
        Knob { name, about, default: default as u32, min: 0, max: 1 }
    }

    pub const fn number(name: &'static str, about: &'static str, default: u32, min: u32, max: u32) -> Knob {
        Knob { name, about, default, min, max }
    }

    pub fn is_switch(&self) -> bool {
        self.max == 1 && self.min == 0
    }
}

/// Values of knobs; those not set have their defaults.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Knobs {
    set: Few<&'static str, u32>,
}

impl Knobs {
    /// Parses `knob=value,...` against the knobs there are.
    pub fn parse(text: &str, known: &'static [Knob]) -> Result<Knobs, KnobError> {
        let mut knobs = Knobs::default();
        for pair in text.split(',').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').ok_or_else(|| KnobError::NoValue(pair.to_owned()))?;
            let knob = known.iter().find(|knob| knob.name == name).ok_or_else(|| KnobError::Unknown {
                name: name.to_owned(),
                known: known.iter().map(|knob| knob.name).collect(),
            })?;
            let number = match value {
                "on" | "yes" | "true" => Some(1),
                "off" | "no" | "false" => Some(0),
                _ => value.parse().ok(),
            };
            let number = number.filter(|number| (knob.min..=knob.max).contains(number));
            let number = number.ok_or_else(|| KnobError::Value { knob: *knob, value: value.to_owned() })?;
            knobs.set.insert(knob.name, number);
        }
        Ok(knobs)
    }

    /// The value of a knob.
    ///
    /// # Panics
    /// When the knob is not among `known`: a mistake of the program.
    pub fn get(&self, known: &[Knob], name: &str) -> u32 {
        let knob = known.iter().find(|knob| knob.name == name).expect("the knob is declared");
        self.set.get(knob.name).copied().unwrap_or(knob.default)
    }

    pub fn is_on(&self, known: &[Knob], name: &str) -> bool {
        self.get(known, name) != 0
    }

    /// The knobs that differ from their defaults, in order of name, as they were written.
    pub fn text(&self, known: &[Knob]) -> String {
        let changed = self.set.iter().filter_map(|&(name, value)| {
            let knob = known.iter().find(|knob| knob.name == name)?;
            (value != knob.default).then(|| match (knob.is_switch(), value) {
                (true, 0) => format!("{name}=off"),
                (true, _) => format!("{name}=on"),
                _ => format!("{name}={value}"),
            })
        });
        changed.collect::<Vec<_>>().join(",")
    }
}

/// A knob that cannot be set so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KnobError {
    NoValue(String),
    Unknown { name: String, known: Vec<&'static str> },
    Value { knob: Knob, value: String },
}

impl fmt::Display for KnobError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            KnobError::NoValue(pair) => write!(f, "`{pair}` is not of the form knob=value"),
            KnobError::Unknown { name, known } if known.is_empty() => {
                write!(f, "no knob `{name}`: there are none here")
            }
            KnobError::Unknown { name, known } => write!(f, "no knob `{name}`; there are {}", known.join(", ")),
            KnobError::Value { knob, value } if knob.is_switch() => {
                write!(f, "{}=`{value}`: it is `on` or `off`", knob.name)
            }
            KnobError::Value { knob, value } => {
                write!(f, "{}=`{value}`: a whole number within {}..{} is wanted", knob.name, knob.min, knob.max)
            }
        }
    }
}
