//! Texts that are generated from the binary's own records: completions, manual, documentation.

use clap::CommandFactory as _;

use super::error::{CommandError, Exit};
use super::output::print;
use super::policy_page::render_policy_page;
use crate::checks::{Check, CheckSet};
use crate::cli::{Cli, CompletionsArguments, GenerateDocsArguments, SchemaOf};

pub(super) fn print_completions(arguments: &CompletionsArguments) -> Result<Exit, CommandError> {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut Cli::command(), "portcullis", &mut script);
    print(&String::from_utf8_lossy(&script))?;
    Ok(Exit::Accept)
}

pub(super) fn print_manual() -> Result<Exit, CommandError> {
    let mut page = Vec::new();
    clap_mangen::Man::new(Cli::command()).render(&mut page).map_err(CommandError::output)?;
    print(&String::from_utf8_lossy(&page))?;
    Ok(Exit::Accept)
}

/// Writes `checks/<id>.md` for every check, with its first deny case, and the JSON Schemas of our own files.
pub(super) fn write_docs(arguments: &GenerateDocsArguments) -> Result<Exit, CommandError> {
    for check in CheckSet::shared() {
        let page = format!("{}{}", check.meta.page(), render_example(check, arguments)?);
        write(&arguments.folder.join("checks").join(format!("{}.md", check.meta.id)), &page)?;
    }
    for (name, of) in [("policy", SchemaOf::Policy), ("waivers", SchemaOf::Waivers)] {
        write(&arguments.folder.join(format!("{name}.schema.json")), &super::policy::render_schema(of))?;
    }
    let page = render_policy_page(&super::policy::schema_of(SchemaOf::Policy));
    write(&arguments.folder.join("policy.md"), &page)?;
    Ok(Exit::Accept)
}

/// Renders the report of the first deny case, which a test has compared.
fn render_example(check: &Check, arguments: &GenerateDocsArguments) -> Result<String, CommandError> {
    let folder = arguments.cases.join(check.meta.id.as_str());
    let entries = std::fs::read_dir(&folder).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    let mut cases = entries.map_err(CommandError::file(&folder))?;
    cases.sort_by_key(std::fs::DirEntry::file_name);
    let first = cases.iter().find(|case| case.file_name().to_string_lossy().starts_with("deny-"));
    let Some(case) = first else { return Ok(String::new()) };
    let path = case.path().join("expected.txt");
    let report = std::fs::read_to_string(&path).map_err(CommandError::file(&path))?;
    let name = case.file_name();
    let source = format!("tests/checks/{}/{}", check.meta.id, name.to_string_lossy());
    Ok(format!("\n## Example\n\nFrom `{source}`, which a test runs:\n\n```text\n{report}```\n"))
}

fn write(path: &std::path::Path, text: &str) -> Result<(), CommandError> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(CommandError::file(path))?;
    }
    std::fs::write(path, text).map_err(CommandError::file(path))
}
