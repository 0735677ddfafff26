//! Qualified names, and paths, taken apart at their separators. Knows no language: who asks says what separates.

/// A qualified name as what stands before its last separator and what stands after it. Names are split all the time, and
/// the last byte of a separator is found quicker than its text.
pub fn split_last<'t>(path: &'t str, separator: &str) -> Option<(&'t str, &'t str)> {
    let end = memchr::memrchr(*separator.as_bytes().last()?, path.as_bytes())? + 1;
    match path[..end].strip_suffix(separator) {
        Some(owner) => Some((owner, &path[end..])),
        None => path.rsplit_once(separator),
    }
}

/// A qualified name and all that it is a member of, the longest first.
pub fn with_owners<'t>(path: &'t str, separator: &str) -> impl Iterator<Item = &'t str> {
    std::iter::successors(Some(path), move |path| Some(split_last(path, separator)?.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_taken_apart_at_their_ends() {
        assert_eq!(split_last("a.b.C", "."), Some(("a.b", "C")));
        assert_eq!(split_last("a::b", "::"), Some(("a", "b")));
        assert_eq!(split_last("a::b:c", "::"), Some(("a", "b:c")));
        assert_eq!(split_last("ab", "."), None);
        assert_eq!(with_owners("a::b::C", "::").collect::<Vec<_>>(), ["a::b::C", "a::b", "a"]);
    }
}
