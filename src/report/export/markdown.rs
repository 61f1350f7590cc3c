// SPDX-License-Identifier: GPL-2.0-only
//! The same as the mail's block in Markdown.

use super::analysis::{Analysis, COSTS};
use super::table::Table;
use super::text::{front, setting, table};
use crate::link::LENGTH_MAX;

pub fn markdown(analysis: &Analysis) -> String {
    let mut lines = vec![format!("### {}", analysis.metric.title()), String::new(), analysis.model(), String::new()];
    lines.extend(setting(analysis).into_iter().map(|(name, value)| format!("- {name}: {value}")));
    lines.push(String::new());
    lines.extend(table(analysis, true, true).markdown());
    lines.push(String::new());
    lines.extend(analysis.warnings().into_iter().chain(analysis.verdicts()).map(|sentence| format!("- {sentence}")));
    lines.push(String::new());
    let mut head = vec!["mean a run"];
    head.extend(analysis.rows.iter().map(|row| row.label.as_str()));
    let mut costs = Table::new(&head);
    for (index, name) in COSTS.iter().enumerate() {
        let mut cells = vec![format!("`{name}`")];
        cells.extend(analysis.rows.iter().map(|row| format!("{:.1}", row.costs[index])));
        costs.add(cells);
    }
    lines.extend(costs.markdown());
    lines.push(String::new());
    lines.extend(analysis.prices().into_iter().chain(front(analysis)).map(|sentence| format!("- {sentence}")));
    lines.push(String::new());
    for (row, spec) in analysis.rows.iter().zip(&analysis.outcome.experiment.policies) {
        lines.push(format!("- `{}`: {}", row.policy, spec.policy.about));
    }
    lines.push(String::new());
    lines.extend(analysis.footnotes().into_iter().map(|note| format!("- {note}")));
    lines.push(String::new());
    if let Some(hash) = &analysis.result {
        lines.push(format!("Result check: `r={hash}`"));
    }
    if analysis.url.len() <= LENGTH_MAX {
        lines.push(format!("<{}>", analysis.url));
    }
    lines.join("\n") + "\n"
}
