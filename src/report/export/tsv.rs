// SPDX-License-Identifier: GPL-2.0-only
//! Tab-separated values: one line for each run, each complete in itself.

use super::analysis::{Analysis, COSTS, cost};
use crate::experiment::MODEL_VERSION;

/// A head and a line for each run, policy by policy. Neither names nor knobs hold tabs, so nothing needs quoting.
pub fn tsv(analysis: &Analysis) -> String {
    let outcome = &analysis.outcome;
    let mut text =
        ["model", "environment", "memory_mib", "workload", "policy", "seed", "end", "metric", "value"].join("\t");
    COSTS.iter().for_each(|name| text += &format!("\t{name}"));
    text += "\tdigest\n";
    let guest = &outcome.experiment.environment;
    let config = crate::link::config(&outcome.experiment);
    // The fields that were set have no column of their own each: the link's part names them.
    let set =
        config.split('&').find(|pair| pair.starts_with("o=")).map_or(String::new(), |pair| format!(":{}", &pair[2..]));
    for index in 0..analysis.rows.len() {
        let costs: Vec<_> = COSTS.iter().map(|name| cost(outcome, index, name)).collect();
        for (row, cell) in outcome.policy(index).iter().enumerate() {
            let setting = [
                MODEL_VERSION.to_owned(),
                format!("{}{set}", guest.name),
                guest.memory_mib.to_string(),
                outcome.experiment.workload.text().replace(char::is_control, " "),
                cell.policy.clone(),
                cell.seed.to_string(),
                cell.end.clone(),
                analysis.metric.name.clone(),
                cell.value().to_string(),
            ];
            text += &setting.join("\t");
            costs.iter().for_each(|cost| text += &format!("\t{}", cost[row]));
            text += &format!("\t{}\n", cell.digest);
        }
    }
    text
}
