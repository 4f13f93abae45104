//! Matching with stars.
//!
//! In: a pattern in parts, and a text. Out: whether the whole text matches. Never: takes longer than text times
//! pattern.

/// Matches a whole text against items, of which some (stars) represent any run of the text. Only the last star is ever
/// reconsidered, which is enough and keeps hostile patterns at text times pattern.
pub fn wildcard_match<Item, Unit>(
    items: &[Item],
    text: &[Unit],
    is_star: impl Fn(&Item) -> bool,
    step: impl Fn(&Item, &[Unit]) -> Option<usize>,
) -> bool {
    let (mut item, mut place) = (0, 0);
    let mut retry: Option<(usize, usize)> = None;
    loop {
        let rest = text.get(place..).unwrap_or_default();
        match items.get(item) {
            Some(current) if is_star(current) => {
                item += 1;
                retry = Some((item, place));
                continue;
            }
            Some(current) => {
                if let Some(width) = step(current, rest) {
                    (item, place) = (item + 1, place + width);
                    continue;
                }
            }
            None if rest.is_empty() => return true,
            None => {}
        }
        let Some((behind_star, from)) = retry.filter(|(_, from)| *from < text.len()) else { return false };
        (item, place) = (behind_star, from + 1);
        retry = Some((behind_star, from + 1));
    }
}
