//! Runs: what neighbouring cells have in common, kept once for all of them.

/// The first of some neighbouring cells, and what holds in all of them. The first run of a list
/// begins at 0.
pub(crate) type Run<T> = (u32, T);

/// The same with as few runs as possible.
pub(crate) fn merged<T: PartialEq>(runs: impl IntoIterator<Item = Run<T>>) -> Vec<Run<T>> {
    let mut merged: Vec<_> = runs.into_iter().collect();
    merged.dedup_by(|(_, next), (_, kept)| next == kept);
    merged
}

/// What holds in a cell.
pub(crate) fn at<T: Copy>(runs: &[Run<T>], cell: u32) -> Option<T> {
    let run = runs.partition_point(|(start, _)| *start <= cell).checked_sub(1)?;
    runs.get(run).map(|(_, found)| *found)
}

/// The runs of both, cut where either is.
pub(crate) fn aligned<T: Copy>(one: &[Run<T>], other: &[Run<T>]) -> Vec<(u32, T, T)> {
    let [Some((_, first)), Some((_, second))] = [one.first(), other.first()] else {
        return Vec::new();
    };
    let mut now = (*first, *second);
    let [mut left, mut right] = [one, other].map(|runs| runs.iter().peekable());
    let mut aligned = Vec::with_capacity(one.len() + other.len());
    loop {
        let start = match (left.peek(), right.peek()) {
            (Some((a, _)), Some((b, _))) => *a.min(b),
            (Some((start, _)), None) | (None, Some((start, _))) => *start,
            (None, None) => return aligned,
        };
        if let Some((_, next)) = left.next_if(|(at, _)| *at == start) {
            now.0 = *next;
        }
        if let Some((_, next)) = right.next_if(|(at, _)| *at == start) {
            now.1 = *next;
        }
        aligned.push((start, now.0, now.1));
    }
}

/// What holds in each of so many cells.
pub(crate) fn spread<T: Copy>(runs: &[Run<T>], cells: usize) -> Box<[T]> {
    let ends = runs.iter().skip(1).map(|(start, _)| *start as usize).chain([cells]);
    let each = runs.iter().zip(ends).flat_map(|((start, found), end)| {
        std::iter::repeat_n(*found, end.saturating_sub(*start as usize))
    });
    each.collect()
}
