//! What a program changed in a file: versions of images and charts, and nothing else.
//!
//! In: the bytes of a file before and after. Out: the [`VersionStep`]s between them, or a [`Refusal`] for anything that
//! is not certainly one. Never: knows who made the change, or whether the policy allows it.

mod chart;
mod image;
mod scalars;
mod sides;

use crate::policy::AutomationField;
use kube_model::ImageKind;
use scalars::find_changed;
use sides::Side;
use source_files::RepoPath;

/// A version that became newer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VersionStep {
    /// The kind of value.
    pub field: AutomationField,
    /// The image's registry and repository, or the chart; `None` if the file leaves it to a chart.
    pub repository: Option<String>,
    /// The line of the new value, from 1.
    pub line: u32,
    /// The old value, as people know it.
    pub from: String,
    /// The new value.
    pub to: String,
}

/// Why a change of a file is not only newer versions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The line in the new file, from 1.
    pub line: u32,
    /// The reason, as a sentence without a full stop.
    pub reason: String,
}

impl Refusal {
    fn new(line: u32, reason: impl Into<String>) -> Self {
        Self { line, reason: reason.into() }
    }
}

/// The most values of one file that change at once: each is looked for among all images of its object.
const VALUES: usize = 200;

/// The versions that become newer between two contents of a file, one entry for each image and chart.
///
/// # Errors
///
/// If anything else differs, even in a comment, or if one of the values cannot be compared.
pub fn find_steps(
    path: &RepoPath,
    (old, new): (Vec<u8>, Vec<u8>),
    kinds: &[ImageKind],
) -> Result<Vec<VersionStep>, Refusal> {
    let (old, new) = (Side::read(old, "old")?, Side::read(new, "new")?);
    let changed = find_changed(&old, &new)?;
    if changed.len() > VALUES {
        return Err(Refusal::new(
            1,
            format!("{} values change, and at most {VALUES} are compared", changed.len()),
        ));
    }
    let mut steps: Vec<VersionStep> = Vec::new();
    for changed in changed {
        let step = match chart::find_step(path, &changed) {
            Some(step) => step?,
            None => image::find_step(path, &changed, kinds)?,
        };
        // The tag and the digest of one image are two values.
        if !steps.iter().any(|known| (&known.from, &known.to) == (&step.from, &step.to)) {
            steps.push(step);
        }
    }
    Ok(steps)
}

/// The names of files that `kustomize build` starts from.
const KUSTOMIZATIONS: [&str; 3] = ["kustomization.yaml", "kustomization.yml", "Kustomization"];

fn is_kustomization(path: &RepoPath) -> bool {
    KUSTOMIZATIONS.contains(&path.file_name())
}

#[cfg(test)]
mod tests;
