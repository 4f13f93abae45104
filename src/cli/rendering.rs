//! The arguments of `render`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

/// Arguments of `render`.
#[derive(Args, Debug)]
pub struct RenderArguments {
    /// The folder with the kustomization; with --rev, relative to the top of the repository.
    pub path: PathBuf,
    /// Render the files of a revision, not those of the working tree.
    #[arg(long, value_name = "REV")]
    pub rev: Option<String>,
    /// Write the file and line that wrote a value behind it, as a comment.
    #[arg(long)]
    pub origins: bool,
    /// The files that a kustomization may load: those in or below its folder, as Argo CD allows, or all, as Flux does.
    #[arg(long, value_name = "RESTRICTOR", default_value = "root")]
    pub load_restrictor: RestrictorArgument,
    /// The version of kustomize to agree with, such as 5.8.2.
    #[arg(long, value_name = "VERSION")]
    pub kustomize_version: Option<String>,
    /// The repository.
    #[arg(long, value_name = "DIR", default_value = ".")]
    pub repo: PathBuf,
}

/// The files that a kustomization may load.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum RestrictorArgument {
    /// Those in or below its folder.
    Root,
    /// All files of the repository.
    None,
}
