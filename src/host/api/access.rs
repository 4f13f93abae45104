//! The forge that a run asks, its repository, and its address.
//!
//! In: what a command line says, and the runner's variables if it says nothing. Out: [`ForgeAccess`]. Never: sends a
//! token to an address that a pull request could choose.

use std::path::{Path, PathBuf};
use std::time::Instant;

use super::{Connection, Forge, Project, open};
use crate::host::{ForgeAccessError, ForgeError, ForgeHost, Job, Runner};

/// A forge as a command line names it.
#[derive(Clone, Copy, Debug)]
pub struct AskedForge<'a> {
    /// The forge.
    pub forge: Option<ForgeHost>,
    /// The repository on it.
    pub project: Option<&'a str>,
    /// The address of its API.
    pub api: Option<&'a str>,
    /// More certificates to trust.
    pub certificates: Option<&'a Path>,
}

/// A repository of a forge, with everything that is needed to ask about it.
pub struct ForgeAccess {
    /// The forge.
    pub host: ForgeHost,
    /// The runner's job.
    pub job: Job,
    /// The repository.
    pub project: Project,
    /// The address from which repositories are fetched, without a slash at its end.
    pub server: String,
    api: String,
    certificates: Option<PathBuf>,
}

impl ForgeAccess {
    /// Finds the forge. The command line takes precedence over the runner's variables.
    pub fn find(asked: AskedForge<'_>, runner: &Runner) -> Result<Self, ForgeAccessError> {
        let host = asked.forge.or_else(|| runner.forge()).ok_or(ForgeAccessError::NoForge)?;
        let job = runner.job(host);
        let project = asked.project.or(job.project.as_deref()).ok_or(ForgeAccessError::NoProject)?;
        let project = Project::parse(project).ok_or_else(|| ForgeAccessError::Project(project.to_owned()))?;
        let api = asked.api.or(job.api.as_deref()).ok_or(ForgeAccessError::NoApi)?;
        let api = api.trim_end_matches('/').to_owned();
        let server = match (asked.api, &job.server) {
            (None, Some(server)) => server.trim_end_matches('/').to_owned(),
            (Some(_), _) | (None, None) => ForgeHost::server_of(&api),
        };
        if has_credentials(&api) || has_credentials(&server) {
            return Err(ForgeAccessError::Credentials);
        }
        let certificates = asked.certificates.map(Path::to_path_buf);
        Ok(Self { host, job, project, server, api, certificates })
    }

    /// Opens the forge, ready to be asked until a deadline.
    pub fn open(&self, deadline: Instant) -> Result<Box<dyn Forge>, ForgeError> {
        let (token, certificates) = (self.job.token.as_deref(), self.certificates.as_deref());
        let connection = Connection { base: &self.api, token, certificates, deadline };
        open(self.host, self.project.clone(), &connection)
    }
}

/// Reports whether an address has a name or a token, as in `https://token@host/`.
fn has_credentials(address: &str) -> bool {
    let host = address.split_once("://").map_or(address, |(_, rest)| rest);
    host.split(['/', '?', '#']).next().is_some_and(|host| host.contains('@'))
}
