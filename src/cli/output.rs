// SPDX-License-Identifier: GPL-2.0-only
//! Outcomes in the format that was asked for.

use std::path::{Path, PathBuf};

use super::files::Failure;
use crate::experiment::Outcome;
use crate::link;
use crate::report::export::{self, Analysis};

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// A block for a mail: ASCII, 72 columns.
    Text,
    Markdown,
    /// One line for each run.
    Tsv,
    /// Everything, one object; `oompoint link FILE` opens it.
    Json,
    /// A falba database; with --out a folder, else one object of paths and texts.
    Falba,
}

#[derive(clap::Args)]
pub struct Output {
    /// How to print the result.
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
    /// Print one JSON object with the keys `cells` and `summary` only.
    #[arg(long, conflicts_with = "format")]
    json: bool,
    /// Where the link points.
    #[arg(long, value_name = "URL", default_value = link::BASE)]
    base: String,
    /// Folder for the falba database; it must not exist or be empty.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

impl Output {
    /// What can be said against the flags before anything is run.
    pub fn check(&self) -> Result<(), Failure> {
        match &self.out {
            Some(_) if self.format != Format::Falba => return Err("--out: it goes with --format falba".to_owned()),
            Some(folder) if folder.read_dir().is_ok_and(|mut entries| entries.next().is_some()) => {
                return Err(format!("--out {}: the folder is not empty", folder.display()));
            }
            _ => {}
        }
        let is_plain = self.base.bytes().all(|byte| byte.is_ascii_graphic() && !b"#\"'<>`".contains(&byte));
        if !is_plain || !self.base.starts_with("https://") && !self.base.starts_with("http://") {
            let wanted = "an http or https address in ASCII and without `#` is wanted";
            return Err(format!("--base {}: {wanted}", self.base));
        }
        Ok(())
    }

    /// The outcome as text, with remarks among the footnotes.
    pub fn render(&self, outcome: &Outcome, remarks: &[String]) -> Result<String, Failure> {
        if self.json {
            return Ok(serde_json::to_string(&export::summary(outcome)).expect("results are plain data") + "\n");
        }
        let mut analysis = Analysis::of(outcome, &self.base).map_err(|refusal| refusal.to_string())?;
        analysis.remarks.extend(remarks.iter().cloned());
        Ok(match self.format {
            Format::Text => export::text(&analysis),
            Format::Markdown => export::markdown(&analysis),
            Format::Tsv => export::tsv(&analysis),
            Format::Json => format!("{:#}\n", export::json(&analysis)),
            Format::Falba => self.falba(&analysis)?,
        })
    }

    fn falba(&self, analysis: &Analysis) -> Result<String, Failure> {
        let files = export::falba(analysis);
        let Some(folder) = &self.out else {
            let tree: serde_json::Map<_, _> = files.into_iter().map(|file| (file.path, file.text.into())).collect();
            return Ok(serde_json::to_string_pretty(&tree).expect("texts are plain data") + "\n");
        };
        let at = |path: &Path, error: std::io::Error| format!("{}: {error}", path.display());
        for file in &files {
            let path = folder.join(&file.path);
            let parent = path.parent().unwrap_or(folder);
            std::fs::create_dir_all(parent).map_err(|error| at(parent, error))?;
            std::fs::write(&path, &file.text).map_err(|error| at(&path, error))?;
        }
        Ok(format!("{}: parsers.json and {} results; try: falba cmp\n", folder.display(), files.len() - 1))
    }
}
