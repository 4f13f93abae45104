//! Arguments of the subcommands that `--help` does not list.

use std::path::PathBuf;

use clap::Args;

/// Arguments of `generate-docs`.
#[derive(Args, Debug)]
pub struct GenerateDocsArguments {
    /// The folder with the examples (`tests/checks`).
    pub cases: PathBuf,
    /// The folder to write to.
    pub folder: PathBuf,
}

/// Arguments that git gives `gpg.program`.
#[derive(Args, Debug)]
pub struct ThrowAwayGpgArguments {
    /// The folder of the keys.
    #[arg(long)]
    pub keys: PathBuf,
    /// gpg's own arguments.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    pub arguments: Vec<String>,
}
