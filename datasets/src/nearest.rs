//! The nearest valid name to a mistyped one.

/// The candidate nearest to `name` by edit distance (transpositions count once), if at most a third of the
/// longer of the two must change; letter case is ignored.
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let name = name.to_lowercase();
    candidates
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(&name, &candidate.to_lowercase()), candidate))
        .filter(|(distance, candidate)| 3 * distance <= name.len().max(candidate.len()))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::nearest;

    const NAMES: [&str; 3] = ["cifar10", "cifar100", "digits"];

    #[test]
    fn typos_find_their_name() {
        assert_eq!(nearest("digts", NAMES), Some("digits"));
        assert_eq!(nearest("CIFAR-10", NAMES), Some("cifar10"));
        assert_eq!(nearest("cifra100", NAMES), Some("cifar100"));
    }

    #[test]
    fn far_names_find_nothing() {
        assert_eq!(nearest("imagenet", NAMES), None);
        assert_eq!(nearest("", NAMES), None);
    }
}
