//! Ignore rules of other tools, converted to waivers of exactly the findings of today that they cover.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::path::Path;

use super::Origin;
use super::error::WaiversError;
use super::file::{WaiversOnDisk, count, next_step};
use super::foreign::{ForeignTool, Ignored, Scope};
use super::readers::{document_of, read_ignored};
use super::terms::{AskedTerms, Terms};
use super::today::{Accepted, Today};
use crate::gate::Session;
use crate::policy::{Waiver, waivers_text};
use crate::report::terminal;
use source_files::RepoPath;

/// The waivers of a tool's ignore rules.
pub struct Import {
    session: Session,
    tool: ForeignTool,
    files: HashMap<RepoPath, Vec<u8>>,
    terms: Terms,
    waivers: Vec<Waiver>,
    remarks: String,
}

impl Import {
    /// Reads the ignore rules in files and folders of the repository; in all files if none is named.
    pub fn read(
        origin: &Origin,
        tool: ForeignTool,
        paths: &[String],
        terms: &AskedTerms,
    ) -> Result<Self, WaiversError> {
        let session = origin.open()?;
        let governing = session.policy(None)?;
        let today = Today::judge(&session, &governing, &[])?;
        let terms = Terms::complete(terms, &session, &governing)?;
        let files = read_files(&session, paths)?;
        let mut import = Self { session, tool, files, terms, waivers: Vec::new(), remarks: String::new() };
        import.convert_all(&today)?;
        Ok(import)
    }

    /// Writes a file of the waivers, in which the remarks are comments.
    pub fn to_text(&self) -> String {
        let imported = format!("Imported from {}.\n{}", self.tool.as_str(), self.remarks);
        let heading = imported.lines().flat_map(|line| ["# ", line, "\n"]).collect::<String>();
        waivers_text(&heading, &self.waivers)
    }

    /// Adds the waivers to a file, and describes what was done.
    pub fn add_to(&self, output: &Path) -> Result<String, WaiversError> {
        let disk = WaiversOnDisk::read(&self.session.repository, Some(output))?;
        let mut entries = disk.entries()?.to_vec();
        let known = entries.len();
        for waiver in &self.waivers {
            if !entries.iter().take(known).any(|entry| entry.names_the_same(waiver)) {
                entries.push(waiver.clone());
            }
        }
        disk.write(&entries)?;
        let added = entries.len() - known;
        Ok(format!(
            "{}{}: {} imported, {added} new\n{}",
            self.remarks,
            terminal(&output.display().to_string()),
            count(self.waivers.len(), "waiver"),
            next_step(added)
        ))
    }

    fn convert_all(&mut self, today: &Today) -> Result<(), WaiversError> {
        let mut rules: Vec<Ignored> = Vec::new();
        for (path, bytes) in &self.files {
            rules.extend(read_ignored(self.tool, path, bytes));
        }
        rules.sort_by(|one, other| (&one.path, one.line).cmp(&(&other.path, other.line)));
        for rule in &rules {
            let checks = rule.checks(self.tool);
            if rule.scope == Scope::Nothing {
                self.remark(rule, "has no effect: it is not in the annotations of the object itself");
            } else if checks.is_empty() {
                self.remark(rule, "has no counterpart");
            } else if rule.until.is_some_and(|until| until < self.session.today()) {
                self.remark(rule, "has expired");
            } else {
                self.convert(rule, &checks, today)?;
            }
        }
        Ok(())
    }

    fn convert(&mut self, rule: &Ignored, checks: &[&str], today: &Today) -> Result<(), WaiversError> {
        let covered = today.all().filter(|accepted| checks.contains(&accepted.finding().check.as_str()));
        let covered: Vec<Accepted<'_>> = covered.filter(|accepted| self.covers(rule, accepted)).collect();
        if covered.is_empty() {
            self.remark(rule, "covers no current finding");
        }
        let reason = if rule.reason.is_empty() {
            format!("ignored for {}", self.tool.as_str())
        } else {
            rule.reason.clone()
        };
        for accepted in covered {
            let mut waiver = accepted.waive(&self.terms, &reason)?;
            waiver.expires = rule.until.map_or(waiver.expires, |until| until.min(waiver.expires));
            if !self.waivers.iter().any(|known| known.names_the_same(&waiver)) {
                self.waivers.push(waiver);
            }
        }
        Ok(())
    }

    fn covers(&self, rule: &Ignored, accepted: &Accepted<'_>) -> bool {
        let finding = accepted.finding();
        let Some(at) = &finding.location else { return false };
        match &rule.scope {
            Scope::Nothing => false,
            Scope::Object(id) => at.path == rule.path && finding.subject_text() == *id,
            Scope::Document(number) => {
                let text = self.files.get(&at.path).map(|bytes| String::from_utf8_lossy(bytes));
                at.path == rule.path && text.is_some_and(|text| document_of(&text, at.start.line) == *number)
            }
            Scope::Files { folder, only } => {
                let inside = at.path.as_str().strip_prefix(folder.as_str());
                let is_named =
                    only.is_empty() || inside.is_some_and(|rest| only.iter().any(|path| path == rest));
                inside.is_some() && is_named && self.files.contains_key(&at.path)
            }
        }
    }

    fn remark(&mut self, rule: &Ignored, what: &str) {
        let text = format!("{}:{}: {} {} {what}", rule.path, rule.line, self.tool.as_str(), rule.id());
        let _ = writeln!(self.remarks, "{}", terminal(&text));
    }
}

/// Reads the named files and folders; all files if none is named.
fn read_files(session: &Session, paths: &[String]) -> Result<HashMap<RepoPath, Vec<u8>>, WaiversError> {
    let wanted: Vec<&str> =
        paths.iter().map(|path| path.trim_start_matches("./").trim_end_matches('/')).collect();
    let mut files = HashMap::new();
    for (path, file) in &session.governing_snapshot().files {
        let is_wanted = wanted.is_empty() || wanted.iter().any(|folder| is_within(path, folder));
        if file.mode.is_file() && is_wanted {
            let bytes = session.repository.blob(&file.id);
            let bytes = bytes.map_err(|error| WaiversError::Unjudged(format!("{path}: {error}")))?;
            files.insert(path.clone(), bytes);
        }
    }
    Ok(files)
}

fn is_within(path: &RepoPath, folder: &str) -> bool {
    let rest = path.as_str().strip_prefix(folder);
    matches!(folder, "" | ".") || rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}
