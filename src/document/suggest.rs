//! "Did you mean".

/// The known word nearest to what was written, if it is near enough to be a slip.
pub(crate) fn nearest<'a>(
    written: &str,
    known: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    let lower = written.to_lowercase();
    let allowed = (lower.chars().count() / 3).clamp(1, 3);
    let length = lower.chars().count();
    known
        .into_iter()
        // Comparing takes memory by the product of both lengths, and what is written may be long.
        .filter(|word| word.chars().count().abs_diff(length) <= allowed)
        .map(|word| (strsim::damerau_levenshtein(&lower, &word.to_lowercase()), word))
        .filter(|(distance, _)| *distance <= allowed)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, word)| word)
}
