// SPDX-License-Identifier: GPL-2.0-only
//! The comparison in index.html is what the model gives: `OOMPOINT_PAGE=write` writes it anew.

use oompoint::experiment::{Flow, run_all};
use oompoint::inspect::parting;
use oompoint::link;
use oompoint::report::panel::{self, Sight};

const PATH: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/index.html");

#[test]
fn the_first_paint_is_what_the_model_gives() {
    let link = link::open(panel::DEFAULT).expect("the default link opens").link;
    let outcome = run_all(&link.experiment, &mut |_, _| Flow::GoOn).expect("the experiment can be run");
    let sight = Sight::of(&outcome, &link, link::BASE).expect("there are results");
    assert!(sight.is_whole() && sight.headlines.len() == 1);
    let page = std::fs::read_to_string(PATH).expect("there is a page");
    let policies = link.experiment.policies.len();
    let (first, last) = (link.experiment.cell(0), link.experiment.cell(policies - 1));
    let parting = parting::first(&first, &last).expect("both can be run");
    let mut new = page.clone();
    for (name, html) in [("answer", panel::answer(&sight, &parting)), ("evidence", panel::evidence(&sight))] {
        let (mark, end) = (format!("<!-- first: {name} -->"), "<!-- end -->");
        let from = new.find(&mark).expect("the page has a place for it") + mark.len();
        let to = from + new[from..].find(end).expect("the place ends");
        new.replace_range(from..to, &html);
    }
    if std::env::var("OOMPOINT_PAGE").is_ok_and(|mode| mode == "write") {
        std::fs::write(PATH, &new).expect("the page can be written");
    } else {
        assert!(
            new == page,
            "index.html is not what the model gives: OOMPOINT_PAGE=write cargo test --test exchange page"
        );
    }
}
