// SPDX-License-Identifier: GPL-2.0-only
//! Permalinks: the only owner of the URL.
//!
//! A link holds what was run, not what came out: `#v=1&p=base~blunt&s=1-64&r=k7Qm2x4&c=5f`. Whoever opens it runs it
//! again, and two checks say whether it arrived whole (`c`) and whether the result is the same (`r`).
//!
//! ```text
//! link  = "#" pair *("&" pair)      pair = key "=" value      value = 1*(A-Z a-z 0-9 . _ - ~)
//! item  = name *("." knob "-" setting)     list = item *("~" item)     seeds = range *("~" range)
//! v  version of this grammar and of its defaults        g  guest: environment preset       m  memory: 512m, 2g
//! o  list of fields set: vm.defrag_mode-on~thp-never    w  workload item      p  list of policies, baseline first
//! z  the plan that w=plan runs: `j.` and its JSON in base64url
//! s  seeds: 1-64~99                                     u  stopping rule that chose s: 2.0-1024
//! t  event   x  view   b  pageblock, with .p among all pages   n  name   h  trace   th  theme   e  embedded
//! mv model version behind r      r  result check        c  check of all before it, always last
//! ```
//!
//! A key left out has the default of its version, for ever; what a preset of the environment consists of belongs to
//! the model's version. Equal experiments give byte-equal links.

mod check;
mod defaults;
mod fields;
mod grammar;
mod hash;
mod plan;
mod upgrade;
mod write;

use crate::experiment::{Experiment, MODEL_VERSION};

pub use grammar::{LinkError, Pairs};
pub use hash::{Reproduction, compare, result_hash};
pub use upgrade::{UPGRADERS, Upgrader};
pub use write::{config, write};

/// The version that is written.
pub const CURRENT: u32 = 1;

/// Where links point unless told otherwise; the host is a placeholder.
pub const BASE: &str = "https://oompoint.example.org/";

/// Characters of a whole link beyond which it is not offered: two thousand is where programs start to cut.
pub const LENGTH_MAX: usize = 1_800;

/// Characters of a line of mail that no program wraps.
pub const LINE_MAX: usize = 75;

/// What a link stands for.
#[derive(Clone)]
pub struct Permalink {
    pub experiment: Experiment,
    pub view: View,
    /// The result check, with the model version that made it.
    pub result: Option<Promise>,
    /// Pairs with keys that this version does not know, as they came: kept, not obeyed.
    pub unknown: Pairs,
}

/// The result that a link's maker saw.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Promise {
    pub hash: String,
    pub model: String,
    /// The configuration that the hash covers, as the link's own version writes it.
    pub config: String,
}

/// What is shown of an experiment. Nothing here changes a result.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct View {
    /// Ordinal of an event of the run.
    pub event: Option<u64>,
    /// One of [`VIEWS`].
    pub view: Option<String>,
    /// The chosen pageblock by its place in the maps, and whether every page is drawn.
    pub block: u32,
    pub pages: bool,
    /// A title, at most 24 characters: never more than text.
    pub name: Option<String>,
    /// Hash of a trace file that the reader must supply.
    pub trace: Option<String>,
    /// `light` or `dark`.
    pub theme: Option<String>,
    pub embed: bool,
}

impl View {
    /// Whether it is of something inside a run.
    pub fn is_inside(&self) -> bool {
        self.view.is_some() || self.event.is_some() || self.block > 0 || self.pages
    }
}

/// The views that a link can name.
pub const VIEWS: [(&str, &str); 5] = [
    ("a", "memory under the baseline"),
    ("b", "memory under the last policy"),
    ("d", "the difference of the two"),
    ("log", "the list of events"),
    ("why", "why a request failed"),
];

/// A link that was opened.
#[derive(Clone)]
pub struct Opened {
    pub link: Permalink,
    pub check: LinkCheck,
    /// The version it was written in.
    pub version: u32,
    /// Sentences for its reader: what was ignored, repaired or missing.
    pub notes: Vec<String>,
}

/// What the link's own check says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkCheck {
    /// It arrived as it was made.
    Good,
    /// There is none: written by hand, or its end is missing.
    Absent,
    /// It does not fit: cut, wrapped or edited.
    Wrong,
}

impl Promise {
    /// The promise of this model's result of an experiment.
    pub fn of(hash: String, experiment: &Experiment) -> Promise {
        Promise { hash, model: MODEL_VERSION.to_owned(), config: write::config(experiment) }
    }
}

impl Permalink {
    /// A link to an experiment and nothing else.
    pub fn of(experiment: Experiment) -> Permalink {
        Permalink { experiment, view: View::default(), result: None, unknown: Pairs::new() }
    }
}

/// Opens a URL or a bare fragment, as it was pasted.
///
/// # Errors
/// What is no link, was cut in the middle of a pair, is of a newer version, or has a value that does not exist.
pub fn open(text: &str) -> Result<Opened, LinkError> {
    let (fragment, mut notes) = grammar::clean(text)?;
    let (check, body) = check::split(&fragment);
    let result = open_body(body, check, &mut notes);
    match (result, check) {
        // Whatever is wrong inside a link that fails its check, the likely cause is the cut.
        (Err(error), LinkCheck::Absent | LinkCheck::Wrong) if error.may_be_a_cut() => Err(error.maybe_cut()),
        (Err(error), _) => Err(error),
        (Ok((link, version)), _) => Ok(Opened { link, check, version, notes }),
    }
}

fn open_body(body: &str, check: LinkCheck, notes: &mut Vec<String>) -> Result<(Permalink, u32), LinkError> {
    match check {
        LinkCheck::Good => {}
        LinkCheck::Absent => {
            notes.push("The link has no check: it was edited by hand, or its end was cut off.".to_owned())
        }
        LinkCheck::Wrong => notes.push(
            "The link looks cut or changed: its check does not fit, and the settings shown may be incomplete. If you \
             edited it, remove the r= and c= parts."
                .to_owned(),
        ),
    }
    let mut pairs = grammar::pairs(body, check == LinkCheck::Good)?;
    let version = fields::version(&pairs, notes)?;
    let config = if version == CURRENT { None } else { Some(write::config_of_pairs(&pairs)) };
    defaults::expand(&mut pairs, version);
    upgrade::upgrade(&mut pairs, version)?;
    let mut link = fields::read(&pairs, notes)?;
    if let Some(promise) = &mut link.result {
        promise.config = config.unwrap_or_else(|| write::config(&link.experiment));
    }
    Ok((link, version))
}

/// A whole link at `base`. A host alone gets a slash: without one before the `#`, archives drop the fragment.
pub fn url(base: &str, fragment: &str) -> String {
    let is_host = base.split_once("://").is_some_and(|(_, rest)| !rest.contains('/'));
    let slash = if is_host { "/" } else { "" };
    format!("{base}{slash}#{fragment}")
}

/// Where links of a page point, from the page's own address; none where nobody else could follow them.
pub fn base_of(address: &str) -> Option<&str> {
    let page = address.split(['?', '#']).next()?;
    let (scheme, rest) = page.split_once("://")?;
    let authority = rest.split('/').next()?;
    let host = match authority.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => host,
        _ => authority,
    };
    let is_own = host == "localhost" || host.ends_with(".localhost") || host.starts_with("127.") || host == "[::1]";
    let is_public = (scheme == "https" || scheme == "http") && !host.is_empty() && !is_own;
    is_public.then(|| page.strip_suffix("index.html").filter(|folder| folder.ends_with('/')).unwrap_or(page))
}

/// A text of this program, whose links point to [`BASE`], with links that point to `base`.
pub fn moved(text: &str, base: &str) -> String {
    text.replace(&format!("{BASE}#"), &url(base, ""))
}

/// One sentence on the length of a link; none where there is nothing to say.
pub fn length_note(url: &str) -> Option<String> {
    match url.len() {
        0..=LINE_MAX => None,
        length @ ..=LENGTH_MAX => {
            Some(format!("{length} characters: mail programs that wrap at {LINE_MAX} may break it."))
        }
        length => Some(format!("{length} characters: too long for a link; send the experiment as a file.")),
    }
}
