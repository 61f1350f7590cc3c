// SPDX-License-Identifier: GPL-2.0-only
//! The bench's results as text, as JSON, and as the README's block.

use serde_json::{Value, json};

use super::found::Found;
use super::goals::Goal;

/// Where the README's block begins and ends.
pub const BEGIN: &str = "<!-- bench: written by `oompoint bench --readme README.md` -->";
pub const END: &str = "<!-- bench: end -->";

/// Everything, for people.
pub fn text(found: &Found, small: &Found) -> String {
    let mut text = format!("{:<36} {:>10}  {:<13} {:>9}  digest\n", "lane", "ns", "of one", "of them");
    for lane in &found.lanes {
        text += &format!(
            "{:<36} {:>10.1}  {:<13} {:>9}  {:016x}\n",
            lane.name, lane.ns_per_op, lane.unit, lane.ops, lane.digest
        );
    }
    text += "\n";
    text += &goals(&found.goals);
    text += "\n";
    found.refusal.iter().for_each(|refusal| text += &format!("a guest of 1 TiB is refused: {refusal}\n"));
    found.missing.iter().for_each(|missing| text += &format!("{missing}\n"));
    text + &digests(found, small)
}

fn digests(found: &Found, small: &Found) -> String {
    let small =
        if small.digest.is_empty() { String::new() } else { format!("digest of the small bench: {}\n", small.digest) };
    format!("{small}result digest: {}\n", found.digest)
}

/// Goals with their outcomes.
pub fn goals(goals: &[Goal]) -> String {
    let mut text = format!("{:<20} {:>8} {:>8}  {:<4} what\n", "goal", "value", "at_most", "met");
    for goal in goals {
        let value = goal.value.map_or("-".to_owned(), |value| format!("{value:.3}"));
        let met = goal.met().map_or("-", |met| if met { "yes" } else { "no" });
        text += &format!("{:<20} {value:>8} {:>8.3}  {met:<4} {}\n", goal.id, goal.at_most, goal.what);
    }
    text
}

/// One JSON object: the goals, every turn's time, the digests.
pub fn json(found: &Found, small: &Found) -> String {
    let lanes = found.lanes.iter().map(|lane| {
        json!({"name": lane.name, "unit": lane.unit, "ops": lane.ops, "ns": lane.ns,
            "digest": format!("{:016x}", lane.digest)})
    });
    let lanes: Vec<Value> = lanes.collect();
    let goals: Vec<Value> = found.goals.iter().map(Goal::to_json).collect();
    let all = json!({"goals": goals, "lanes": lanes, "refusal": found.refusal, "missing": found.missing,
        "small_digest": small.digest, "digest": found.digest});
    format!("{all:#}\n")
}

/// The README's block.
pub fn readme(found: &Found, small: &Found) -> String {
    format!("{BEGIN}\n```text\n{}\n{}```\n{END}", goals(&found.goals), digests(found, small))
}

/// The README with its block replaced; `None` if it has no place for one.
pub fn into_readme(old: &str, block: &str) -> Option<String> {
    let (head, rest) = old.split_once(BEGIN)?;
    let (_, tail) = rest.split_once(END)?;
    Some(format!("{head}{block}{tail}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_block_is_replaced_and_nothing_else() {
        let old = format!("a\n{BEGIN}\nold\n{END}\nb\n");
        let block = format!("{BEGIN}\nnew\n{END}");
        assert_eq!(into_readme(&old, &block).as_deref(), Some(format!("a\n{block}\nb\n").as_str()));
        assert_eq!(into_readme("a\nb\n", &block), None);
    }
}
