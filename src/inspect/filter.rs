// SPDX-License-Identifier: GPL-2.0-only
//! Which decisions a reader wants to see, in a line of text: `mt:unmovable order>=9 fail`. All terms must hold.
//!
//! A term names a set of values of one field, and the terms of a line are intersected as they are read. So a filter is a few
//! words whatever its text, and millions of entries are passed through it in an instant.

use super::lane::Lane;
use super::stream::Entry;
use crate::model::freetype;
use crate::model::journal::Kind;
use crate::model::zone::NR_ORDERS;

/// Fields that have few values: a set of them is the bits of a word.
const LANE: usize = 0;
const EVENT: usize = 1;
const ORDER: usize = 2;
const TYPE: usize = 3;
const OUTCOME: usize = 4;
const FIELDS: usize = 5;

/// The bit of a decision that is about no order or no type. Only a term with `!` lets it through.
const NONE: u32 = 31;

/// What a reader may write; said when something else was written.
pub const TERMS: &str = "mt:TYPE, order>=N, mib<N (also =, <=, >), lane:NAME, fail, ok, part of an event's name such as \
                         kswapd, and any of them with ! for not";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Filter {
    sets: [u32; FIELDS],
    /// First and last MiB that tasks may have asked for.
    mib: (u32, u32),
}

impl Filter {
    /// Lets everything through.
    pub const ALL: Filter = Filter { sets: [u32::MAX; FIELDS], mib: (0, u32::MAX) };

    /// Reads a line of terms.
    ///
    /// # Errors
    /// A sentence on the first term that cannot be read: what it is and what there is instead.
    pub fn parse(text: &str) -> Result<Filter, String> {
        let mut filter = Filter::ALL;
        for term in text.split_ascii_whitespace() {
            filter.add(term).map_err(|problem| format!("`{term}`: {problem}"))?;
        }
        Ok(filter)
    }

    /// The same, of some lanes only: one bit a lane by [`Lane::ALL`].
    pub fn of_lanes(mut self, lanes: u8) -> Filter {
        self.sets[LANE] &= u32::from(lanes);
        self
    }

    /// Lets these events through.
    pub fn of_events(wanted: fn(Kind) -> bool) -> Filter {
        let mut filter = Filter::ALL;
        filter.sets[EVENT] =
            Kind::ALL.into_iter().filter(|&kind| wanted(kind)).fold(0, |set, kind| set | 1 << kind as u32);
        filter
    }

    #[inline]
    pub fn holds(&self, entry: Entry) -> bool {
        let kind = entry.kind();
        let order = if has_order(kind) { entry.order().into() } else { NONE };
        let freetype = if has_type(kind) { entry.freetype().into() } else { NONE };
        let values = [entry.lane() as u32, kind as u32, order, freetype, entry.failed().into()];
        let mib = entry.requested_mib();
        self.mib.0 <= mib && mib <= self.mib.1 && self.sets.iter().zip(values).all(|(set, value)| set >> value & 1 != 0)
    }

    fn add(&mut self, term: &str) -> Result<(), String> {
        let lower = term.to_ascii_lowercase();
        let (is_not, word) = lower.strip_prefix('!').map_or((false, lower.as_str()), |word| (true, word));
        let is_sign = |byte: &u8| b":=<>".contains(byte);
        let at = word.bytes().position(|byte| is_sign(&byte)).unwrap_or(word.len());
        let (name, rest) = word.split_at(at);
        let (sign, value) = rest.split_at(rest.bytes().take_while(is_sign).count());
        let (field, set) = match (name, sign) {
            ("mt", ":" | "=") => (TYPE, one_of("type", value, &freetype::NAMES)?),
            ("lane", ":" | "=") => (LANE, one_of("lane", value, &Lane::ALL.map(Lane::name))?),
            ("order", _) => {
                let (first, last) = range(sign, value, NR_ORDERS as u32 - 1)?;
                (ORDER, (first..=last).fold(0, |set, order| set | 1 << order))
            }
            ("mib", _) if is_not => return Err("! cannot stand before mib: turn the sign round".to_owned()),
            ("mib", _) => {
                let (first, last) = range(sign, value, u32::MAX)?;
                self.mib = (self.mib.0.max(first), self.mib.1.min(last));
                return Ok(());
            }
            ("fail", "") => (OUTCOME, 2),
            ("ok", "") => (OUTCOME, 1),
            // A lane's name alone will do where no event is called so.
            (_, "") => match (events(word), one_of("lane", word, &Lane::ALL.map(Lane::name))) {
                (Err(_), Ok(lanes)) => (LANE, lanes),
                (events, _) => (EVENT, events?),
            },
            _ => return Err(format!("no such term; there are {TERMS}")),
        };
        self.sets[field] &= if is_not { !set } else { set };
        Ok(())
    }
}

/// The bit of a name, in small letters with hyphens.
fn one_of(what: &str, value: &str, names: &[&str]) -> Result<u32, String> {
    let names = names.join(", ").to_ascii_lowercase().replace(' ', "-").replace(",-", ", ");
    let found = names.split(", ").position(|name| name == value);
    found.map(|i| 1 << i).ok_or_else(|| format!("no such {what}; there are {names}"))
}

/// The events whose name has the word in it.
fn events(word: &str) -> Result<u32, String> {
    let named = Kind::ALL.into_iter().filter(|kind| !word.is_empty() && kind.name().contains(word));
    match named.fold(0, |set, kind| set | 1 << kind as u32) {
        0 => Err(format!("no event has it in its name; there are {TERMS}")),
        set => Ok(set),
    }
}

/// First and last number that stand so to a value. None do when the last comes before the first.
fn range(sign: &str, value: &str, max: u32) -> Result<(u32, u32), String> {
    if !matches!(sign, "=" | ":" | "<" | "<=" | ">" | ">=") {
        return Err("it is compared by =, <, <=, > or >=".to_owned());
    }
    let number = value.parse::<u32>().ok().filter(|&number| number <= max);
    let number = number.ok_or_else(|| format!("behind {sign} stands a whole number up to {max}"))?;
    Ok(match sign {
        ">=" => (number, max),
        "<=" => (0, number),
        ">" if number < max => (number + 1, max),
        "<" if number > 0 => (0, number - 1),
        ">" | "<" => (1, 0),
        _ => (number, number),
    })
}

/// Whether an event is about a request's order or a daemon's.
fn has_order(kind: Kind) -> bool {
    !matches!(kind, Kind::ClaimRefused | Kind::KcompactdSleep | Kind::KswapdSleep | Kind::Drain)
}

/// Whether an event is about memory of one type.
fn has_type(kind: Kind) -> bool {
    use Kind::*;
    let is_of_all = matches!(kind, CompactZone | KcompactdWakeup | KcompactdWake | KcompactdSleep | Drain);
    !is_of_all && !matches!(kind, KswapdWakeup | KswapdWake | KswapdBalanced | KswapdSleep)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::journal::{Decision, What};

    fn entry(kind: Kind, order: u8, freetype: u8, mib: u32) -> Entry {
        Entry::of(&Decision { at_ns: 0, requested_pages: mib * 256, what: What::new(kind, order, freetype, [0; 4]) })
    }

    fn holds(text: &str, entry: Entry) -> bool {
        Filter::parse(text).unwrap_or_else(|error| panic!("{text}: {error}")).holds(entry)
    }

    #[test]
    fn all_terms_must_hold() {
        let denied = entry(Kind::Failed, 9, freetype::UNMOVABLE, 500);
        for text in [
            "",
            "  ",
            "mt:unmovable order>=9 fail",
            "MT:Unmovable Order=9 FAIL",
            "alloc_failed",
            "lane:failures mib>=500",
            "mib<501 mib>499",
            "order:9 !ok",
            "!mt:movable !kswapd",
        ] {
            assert!(holds(text, denied), "{text}");
        }
        for text in [
            "ok",
            "!fail",
            "mt:movable",
            "order<9",
            "order>9",
            "mt:unmovable order>=9 ok",
            "mib>500",
            "mib<=499",
            "mib<0",
            "lane:oom",
            "kswapd",
            "fail kswapd",
            "order>=9 order<=8",
            "!mt:unmovable",
        ] {
            assert!(!holds(text, denied), "{text}");
        }
        assert!(holds("oom", entry(Kind::OomKill, 0, 0, 0)) && !holds("!oom", entry(Kind::OomKill, 0, 0, 0)));
        assert!(!Filter::ALL.of_lanes(1).holds(denied) && Filter::ALL.of_lanes(1 << 6).holds(denied));
        assert!(!holds("order>10", entry(Kind::Failed, 10, 0, 0)) && holds("order>=10", entry(Kind::Failed, 10, 0, 0)));
    }

    #[test]
    fn a_decision_about_no_type_or_order_is_in_none() {
        let drain = entry(Kind::Drain, 0, 0, 0);
        assert!(!holds("mt:unmovable", drain) && !holds("order=0", drain) && !holds("order>=0", drain));
        assert!(holds("!mt:unmovable !order=0 drain", drain));
        assert!(holds("order=3 kswapd", entry(Kind::KswapdWake, 3, 0, 0)));
        assert!(!holds("mt:unmovable", entry(Kind::KswapdWake, 3, 0, 0)));
    }

    #[test]
    fn every_lane_type_and_event_has_a_term() {
        for (i, kind) in Kind::ALL.into_iter().enumerate() {
            let of = entry(kind, (i % 11) as u8, (i % 7) as u8, 1);
            assert!(holds(kind.name(), of), "{}", kind.name());
            let lane = of.lane().name().to_lowercase().replace(' ', "-");
            assert!(holds(&format!("lane:{lane}"), of), "{lane}");
            let name = freetype::NAMES[i % 7];
            assert_eq!(holds(&format!("mt:{name}"), of), has_type(kind), "{name} {}", kind.name());
        }
    }

    #[test]
    fn a_bad_term_is_named_and_what_there_is_too() {
        for (text, term, there) in [
            ("fail mt:big", "`mt:big`", "unmovable, movable"),
            ("lane:slow", "`lane:slow`", "slow-path, direct-compaction"),
            ("order>=99", "`order>=99`", "a whole number up to 10"),
            ("order=x", "`order=x`", "a whole number up to 10"),
            ("order=>3", "`order=>3`", "<, <=, >"),
            ("order", "`order`", "<, <=, >"),
            ("size>4", "`size>4`", "mt:TYPE, order>=N"),
            ("mt>3", "`mt>3`", "mt:TYPE"),
            ("!mib>3", "`!mib>3`", "turn the sign round"),
            ("kswapd nonsense", "`nonsense`", "part of an event's name"),
            ("!", "`!`", "mt:TYPE"),
            ("<é>", "`<é>`", "mt:TYPE"),
        ] {
            let error = Filter::parse(text).expect_err(text);
            assert!(error.starts_with(term) && error.contains(there), "{text}: {error}");
        }
    }
}
