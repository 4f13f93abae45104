//! The tips of the governing branch that this gate accepted, newest last.
//!
//! In: the folder of a bare repository. Out: commits, for the repair of a state in which no push could pass. Never: is
//! within reach of a push: git stores refs and objects that are pushed, and this is neither. A ref would not do: git
//! forbids hooks to write refs before the objects of the push are in place, and the push may still be refused by
//! another hook.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use source_files::ObjectId;

/// The number of tips that are kept.
const KEPT: usize = 64;
/// The number of bytes that are read: more than the kept tips have.
const READ: u64 = 64 << 10;

/// The file that lists them.
pub(super) struct AcceptedTips {
    path: PathBuf,
    tips: Vec<ObjectId>,
}

impl AcceptedTips {
    /// Reads the list. A file that is absent or cannot be read names no tip: then there is no repair by push.
    pub(super) fn read(common_dir: &Path) -> Self {
        let path = common_dir.join("portcullis").join("accepted-tips");
        let tips = read_text(&path).map(|text| text.lines().filter_map(ObjectId::parse).collect());
        Self { path, tips: tips.unwrap_or_default() }
    }

    /// The tips, newest last.
    pub(super) fn tips(&self) -> &[ObjectId] {
        &self.tips
    }

    /// Adds a tip and writes the list.
    ///
    /// # Errors
    ///
    /// If the folder cannot be written, as on hosts that give hooks no disk.
    pub(super) fn add(&mut self, tip: &ObjectId) -> std::io::Result<()> {
        self.tips.retain(|known| known != tip);
        self.tips.push(tip.clone());
        let first = self.tips.len().saturating_sub(KEPT);
        let folder = self.path.parent().unwrap_or_else(|| Path::new("."));
        std::fs::create_dir_all(folder)?;
        let mut file = tempfile::NamedTempFile::new_in(folder)?;
        for tip in self.tips.iter().skip(first) {
            writeln!(file, "{tip}")?;
        }
        file.persist(&self.path)?;
        Ok(())
    }
}

fn read_text(path: &Path) -> std::io::Result<String> {
    use std::io::Read as _;
    let mut text = String::new();
    std::fs::File::open(path)?.take(READ).read_to_string(&mut text)?;
    Ok(text)
}
