//! Which forge, which of its repositories, and how it is reached.
//!
//! In: arguments, and the runner's variables where they say nothing. Out: [`ForgeAccess`]. Never: sends a token to an
//! address that a pull request could choose.

use std::path::Path;
use std::time::Instant;

use super::error::CommandError;
use crate::cli::{DoctorArguments, PullRequestArguments};
use crate::host::api::{Connection, Forge, Project, open};
use crate::host::{ForgeError, ForgeHost, Job, Runner};
use crate::report::{ReportContext, terminal};

/// What a command line says of a forge.
#[derive(Clone, Copy, Debug)]
pub(super) struct AskedForge<'a> {
    forge: Option<ForgeHost>,
    project: Option<&'a str>,
    api: Option<&'a str>,
    certificates: Option<&'a Path>,
}

impl<'a> From<&'a PullRequestArguments> for AskedForge<'a> {
    fn from(arguments: &'a PullRequestArguments) -> Self {
        Self {
            forge: arguments.forge,
            project: arguments.project.as_deref(),
            api: arguments.api.as_deref(),
            certificates: arguments.ca.as_deref(),
        }
    }
}

impl<'a> From<&'a DoctorArguments> for AskedForge<'a> {
    fn from(arguments: &'a DoctorArguments) -> Self {
        Self {
            forge: arguments.forge.flatten(),
            project: arguments.project.as_deref(),
            api: arguments.api.as_deref(),
            certificates: arguments.ca.as_deref(),
        }
    }
}

/// A repository of a forge, and what it is asked with.
pub(super) struct ForgeAccess {
    pub(super) host: ForgeHost,
    /// What the runner says of the job.
    pub(super) job: Job,
    pub(super) project: Project,
    api: String,
    /// Where repositories are fetched from, without a slash at its end.
    pub(super) server: String,
}

impl ForgeAccess {
    /// The arguments before the runner's variables.
    pub(super) fn of(asked: AskedForge<'_>, runner: &Runner) -> Result<Self, CommandError> {
        let missing = |what: &str| CommandError::Argument(what.to_owned());
        let host = asked.forge.or_else(|| runner.forge());
        let host = host.ok_or_else(|| missing("could not determine the forge: name it with --forge"))?;
        let job = runner.job(host);
        let project = asked.project.or(job.project.as_deref());
        let project =
            project.ok_or_else(|| missing("could not determine the repository: name it with --project"))?;
        let project = Project::parse(project)
            .ok_or_else(|| missing(&format!("`{project}` is not a repository: write it like `acme/prod`")))?;
        let api = asked.api.or(job.api.as_deref());
        let api = api.ok_or_else(|| {
            missing("could not determine the address of the forge's API: name it with --api")
        })?;
        let api = api.trim_end_matches('/').to_owned();
        let server = match (asked.api, &job.server) {
            (None, Some(server)) => server.trim_end_matches('/').to_owned(),
            (Some(_), _) | (None, None) => ForgeHost::server_of(&api),
        };
        if [&api, &server].iter().any(|address| names_somebody(address)) {
            return Err(missing(
                "the address contains credentials before `@`, and addresses appear in messages: pass a token \
                 with PORTCULLIS_TOKEN",
            ));
        }
        Ok(Self { host, job, project, api, server })
    }

    /// The forge, ready to be asked.
    pub(super) fn forge(
        &self,
        asked: AskedForge<'_>,
        deadline: Instant,
    ) -> Result<Box<dyn Forge>, ForgeError> {
        let (token, certificates) = (self.job.token.as_deref(), asked.certificates);
        let connection = Connection { base: &self.api, token, certificates, deadline };
        open(self.host, self.project.clone(), &connection)
    }
}

/// Whether an address holds a name or a token, as in `https://token@host/`.
fn names_somebody(address: &str) -> bool {
    let host = address.split_once("://").map_or(address, |(_, rest)| rest);
    host.split(['/', '?', '#']).next().is_some_and(|host| host.contains('@'))
}

/// The name of a status: that of pull requests into another branch than the default one names the branch. A status is a
/// commit's, and green for one branch is not green for another.
pub(super) fn status_name(context: &ReportContext, beside: Option<&str>) -> String {
    let name = context.as_str();
    beside.map_or_else(|| name.to_owned(), |branch| format!("{name} ({})", terminal(branch)))
}
