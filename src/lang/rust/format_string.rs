//! Format strings: where their placeholders are, and which names they capture.
//!
//! Knows the syntax of `std::fmt` and nothing of what is formatted.

use std::ops::Range;

/// The insides of the placeholders of a format string (`name:>5` for `{name:>5}`), as byte ranges of `text`.
/// With `has_escapes` the text is as written in the source, so that the braces of `\u{…}` are not placeholders.
pub(super) fn placeholders(text: &str, has_escapes: bool) -> Vec<Range<usize>> {
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        match bytes[at] {
            b'\\' if has_escapes && text[at..].starts_with("\\u{") => {
                at += text[at..].find('}').unwrap_or(text.len() - at) + 1;
            }
            b'\\' if has_escapes => at += 2,
            b'{' if bytes.get(at + 1) == Some(&b'{') => at += 2,
            b'{' => {
                let Some(length) = text[at..].find('}') else { return found };
                found.push(at + 1..at + length);
                at += length + 1;
            }
            _ => at += 1,
        }
    }
    found
}

/// Names that a placeholder refers to, with their place in it: `{name:width$.precision$}` has three.
pub(super) fn captured_names(placeholder: &str) -> Vec<Range<usize>> {
    let colon = placeholder.find(':').unwrap_or(placeholder.len());
    let mut names = Vec::new();
    let argument = placeholder[..colon].trim_end();
    if is_identifier(argument.trim_start()) {
        names.push(argument.len() - argument.trim_start().len()..argument.len());
    }
    let specification = &placeholder[colon..];
    for (dollar, _) in specification.match_indices('$') {
        let before = &specification[..dollar];
        let name = before.trim_end_matches(|character: char| character == '_' || character.is_alphanumeric()).len();
        let word = &before[name..];
        // `0` pads with zeros: in `{:0width$}` it is no part of the name.
        let zeros = word.len() - word.trim_start_matches('0').len();
        if is_identifier(&word[zeros..]) {
            names.push(colon + name + zeros..colon + dollar);
        }
    }
    names
}

/// The text with every placeholder written as `{}`, and `{{` as `{`.
pub(super) fn plain_text(value: &str) -> String {
    let mut text = String::with_capacity(value.len());
    let mut at = 0;
    for placeholder in placeholders(value, false) {
        push_unescaped(&mut text, &value[at..placeholder.start - 1]);
        text.push_str("{}");
        at = placeholder.end + 1;
    }
    push_unescaped(&mut text, value.get(at..).unwrap_or(""));
    text
}

fn push_unescaped(text: &mut String, part: &str) {
    text.push_str(&part.replace("{{", "{").replace("}}", "}"));
}

fn is_identifier(text: &str) -> bool {
    let mut characters = text.chars();
    characters.next().is_some_and(|first| first == '_' || first.is_alphabetic())
        && characters.all(|character| character == '_' || character.is_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn captured(text: &str) -> Vec<&str> {
        let holes = placeholders(text, true);
        holes
            .into_iter()
            .flat_map(|hole| {
                captured_names(&text[hole.clone()])
                    .into_iter()
                    .map(move |name| &text[hole.start + name.start..hole.start + name.end])
            })
            .collect()
    }

    #[test]
    fn names_in_placeholders_are_captured() {
        assert_eq!(captured("{a} {b:?} {0} {} {{c}} {d:>w$.p$} {:05} {:0v$}"), ["a", "b", "d", "w", "p", "v"]);
    }

    #[test]
    fn unicode_escapes_are_no_placeholders() {
        assert_eq!(captured(r"\u{e9} {x} \\{y}"), ["x", "y"]);
    }

    #[test]
    fn unclosed_placeholders_end_the_search() {
        assert_eq!(captured("{a} {b"), ["a"]);
        assert_eq!(captured("}{"), Vec::<&str>::new());
    }

    #[test]
    fn plain_text_has_empty_placeholders() {
        assert_eq!(plain_text("a {x:?} {{b}} {0}"), "a {} {b} {}");
    }
}
