//! "Did you mean …?"
//!
//! In: a name and the names that exist. Out: the one that was probably meant, if any. Never: a name that is far from
//! the one given.

/// The least similarity of two names, from 0 to 1 (Jaro-Winkler), that is worth a suggestion.
const LIKENESS: f64 = 0.84;

/// Returns the candidate that is most similar to a name.
pub(super) fn find_nearest<'a>(name: &str, candidates: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let wanted = name.to_lowercase();
    let rated = candidates.map(|candidate| (measure_likeness(&wanted, &candidate.to_lowercase()), candidate));
    let alike = rated.filter(|(rating, _)| *rating >= LIKENESS);
    alike.max_by(|left, right| left.0.total_cmp(&right.0)).map(|(_, candidate)| candidate)
}

/// Computes the similarity of two names, if they are short. Names of pushed files may be megabytes long, and the
/// measure is quadratic.
fn measure_likeness(wanted: &str, candidate: &str) -> f64 {
    if wanted.len() > candidate.len().saturating_mul(2) {
        0.0
    } else {
        strsim::jaro_winkler(wanted, candidate)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_recognised_and_strangers_are_not() {
        let fields = ["replicas", "selector", "template", "strategy"];
        assert_eq!(find_nearest("replcias", fields.into_iter()), Some("replicas"));
        assert_eq!(find_nearest("Replicas", fields.into_iter()), Some("replicas"));
        assert_eq!(find_nearest("colour", fields.into_iter()), None);
        assert_eq!(find_nearest(&"replicas".repeat(1000), fields.into_iter()), None);
    }
}
