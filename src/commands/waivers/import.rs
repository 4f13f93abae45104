//! `import-waivers`: converts ignore rules of other tools to waivers of exactly the findings of today that it covers.

use std::collections::HashMap;
use std::fmt::Write as _;

use super::file::{Terms, counted, next_step};
use super::foreign::{Ignored, Scope, name};
use super::readers::{document_of, ignored};
use super::{Accepted, Today, WaiversOnDisk, open, terms};
use crate::cli::{ForeignTool, ImportWaiversArguments};
use crate::commands::error::{CommandError, Exit};
use crate::commands::output::print;
use crate::gate::Session;
use crate::policy::{Waiver, waivers_text};
use crate::report::terminal;
use source_files::RepoPath;

pub(in crate::commands) fn run(arguments: &ImportWaiversArguments) -> Result<Exit, CommandError> {
    let session = open(&arguments.terms, None)?;
    let governing = session.policy(None)?;
    let today = Today::of(&session, &governing, &[])?;
    let terms = terms(&arguments.terms, &session, &governing)?;
    let files = files(&session, &arguments.paths)?;
    let mut import =
        Import { tool: arguments.from, files, terms, waivers: Vec::new(), remarks: String::new() };
    import.read_all(&today, session.today())?;
    import.finish(arguments, &session)?;
    Ok(Exit::Accept)
}

/// The files that were asked for, with their text.
fn files(session: &Session, paths: &[String]) -> Result<HashMap<RepoPath, Vec<u8>>, CommandError> {
    let wanted: Vec<&str> =
        paths.iter().map(|path| path.trim_start_matches("./").trim_end_matches('/')).collect();
    let within = |path: &RepoPath| {
        let below = |folder: &&str| {
            path.as_str().strip_prefix(*folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        wanted.is_empty() || wanted.iter().any(|folder| matches!(*folder, "" | ".") || below(folder))
    };
    let files = session.governing_snapshot().files.iter();
    let files = files.filter(|(path, file)| file.mode.is_file() && within(path));
    let read = |(path, file): (&RepoPath, &source_files::TreeFile)| {
        let bytes = session.repository.blob(&file.id);
        let bytes = bytes.map_err(|error| CommandError::Unjudged(format!("{path}: {error}")))?;
        Ok((path.clone(), bytes))
    };
    files.map(read).collect()
}

struct Import {
    tool: ForeignTool,
    files: HashMap<RepoPath, Vec<u8>>,
    terms: Terms,
    waivers: Vec<Waiver>,
    remarks: String,
}

impl Import {
    fn read_all(&mut self, today: &Today, day: chrono::NaiveDate) -> Result<(), CommandError> {
        let of_file = |(path, bytes): (&RepoPath, &Vec<u8>)| ignored(self.tool, path, bytes);
        let mut all: Vec<Ignored> = self.files.iter().flat_map(of_file).collect();
        all.sort_by(|one, other| (&one.path, one.line).cmp(&(&other.path, other.line)));
        for one in &all {
            let checks = one.checks(self.tool);
            if one.scope == Scope::Nothing {
                self.remark(one, "has no effect: it is not in the annotations of the object itself");
            } else if checks.is_empty() {
                self.remark(one, "has no counterpart");
            } else if one.until.is_some_and(|until| until < day) {
                self.remark(one, "has expired");
            } else {
                self.cover(one, &checks, today)?;
            }
        }
        Ok(())
    }

    fn cover(&mut self, one: &Ignored, checks: &[&str], today: &Today) -> Result<(), CommandError> {
        let covered = today.all().filter(|accepted| checks.contains(&accepted.finding().check.as_str()));
        let covered: Vec<Accepted<'_>> = covered.filter(|accepted| self.covers(one, accepted)).collect();
        if covered.is_empty() {
            self.remark(one, "covers no current finding");
        }
        let name = name(self.tool);
        let reason = if one.reason.is_empty() { format!("ignored for {name}") } else { one.reason.clone() };
        for accepted in covered {
            let mut waiver = accepted.waiver(&self.terms, &reason)?;
            waiver.expires = one.until.map_or(waiver.expires, |until| until.min(waiver.expires));
            if !self.waivers.iter().any(|known| known.names_the_same(&waiver)) {
                self.waivers.push(waiver);
            }
        }
        Ok(())
    }

    fn covers(&self, one: &Ignored, accepted: &Accepted<'_>) -> bool {
        let finding = accepted.finding();
        let Some(at) = &finding.location else { return false };
        match &one.scope {
            Scope::Nothing => false,
            Scope::Object(id) => at.path == one.path && finding.subject_text() == *id,
            Scope::Document(number) => {
                let text = self.files.get(&at.path).map(|bytes| String::from_utf8_lossy(bytes));
                at.path == one.path && text.is_some_and(|text| document_of(&text, at.start.line) == *number)
            }
            Scope::Files { folder, only } => {
                let inside = at.path.as_str().strip_prefix(folder.as_str());
                let named =
                    only.is_empty() || inside.is_some_and(|rest| only.iter().any(|path| path == rest));
                inside.is_some() && named && self.files.contains_key(&at.path)
            }
        }
    }

    fn remark(&mut self, one: &Ignored, what: &str) {
        let text = format!("{}:{}: {} {} {what}", one.path, one.line, name(self.tool), one.id());
        let _ = writeln!(self.remarks, "{}", terminal(&text));
    }

    /// Adds the waivers to a file, or prints a file of them, in which the remarks are comments.
    fn finish(mut self, arguments: &ImportWaiversArguments, session: &Session) -> Result<(), CommandError> {
        let count = self.waivers.len();
        let Some(output) = &arguments.output else {
            let imported = format!("Imported from {}.\n{}", name(self.tool), self.remarks);
            let heading = imported.lines().flat_map(|line| ["# ", line, "\n"]).collect::<String>();
            return print(&waivers_text(&heading, &self.waivers));
        };
        let disk = WaiversOnDisk::read(&session.repository, Some(output))?;
        let known = disk.entries()?;
        self.waivers.retain(|waiver| !known.iter().any(|entry| entry.names_the_same(waiver)));
        let (added, path) = (self.waivers.len(), output.display().to_string());
        disk.write(&[known, &self.waivers].concat())?;
        print(&format!(
            "{}{}: {} imported, {added} new\n{}",
            self.remarks,
            terminal(&path),
            counted(count, "waiver"),
            next_step(added)
        ))
    }
}
