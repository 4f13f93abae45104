//! Statements that have expired.

use std::path::Path;
use std::time::SystemTime;

use super::error::StatementsError;
use crate::gate::Session;
use crate::git::{BLOB_LIMIT, Repository};
use crate::git_program::GitProgram;

/// Deletes the statements that have expired, and returns their number: they count for nothing, and each push reads them.
pub fn delete_expired(folder: &Path) -> Result<usize, StatementsError> {
    let repository = Repository::discover(folder, BLOB_LIMIT)?;
    let session = Session::open(repository, None, SystemTime::now())?;
    let expired = session.expired_statements()?;
    let mut lines = String::new();
    for (name, id) in &expired {
        // A ref that has changed in the meantime stays.
        lines.extend(["delete ", name, " ", id.as_str(), "\n"]);
    }
    GitProgram::in_folder(folder).run_as_user(&["update-ref", "--stdin"], &lines)?;
    Ok(expired.len())
}
