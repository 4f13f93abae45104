//! The page of complaints names tests that exist.

use std::fs;
use std::path::Path;

/// Every function of a test, wherever it stands.
fn sources(folder: &Path, found: &mut String) -> std::io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            sources(&path, found)?;
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push_str(&fs::read_to_string(path)?);
        }
    }
    Ok(())
}

#[test]
fn every_complaint_is_kept_by_a_test() -> std::io::Result<()> {
    let project = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut tests = String::new();
    sources(&project.join("src"), &mut tests)?;
    sources(&project.join("crates"), &mut tests)?;
    sources(&project.join("tests"), &mut tests)?;
    let page = fs::read_to_string(project.join("docs/complaints.md"))?;
    let rows: Vec<&str> = page.lines().filter(|line| line.starts_with("| ") && line.contains('#')).collect();
    assert!(rows.len() >= 12, "{} complaints", rows.len());
    for row in rows {
        let kept_by = row.trim_end_matches('|').rsplit('|').next().unwrap_or_default();
        let names: Vec<&str> = kept_by.split('`').skip(1).step_by(2).collect();
        assert!(!names.is_empty(), "nothing keeps {row}");
        for name in names {
            let is_test = tests.contains(&format!("#[test]\nfn {name}("))
                || tests.contains(&format!("#[test]\n    fn {name}("))
                || project.join(name).is_dir();
            assert!(is_test, "there is no test `{name}`");
        }
    }
    Ok(())
}
