//! Syntax that the grammar does not have: blanked out, so that spans hold, where the rest means the same.
//!
//! Knows patterns and parameters, by their words alone, and is asked only of texts that do not parse.

/// Words that a pattern follows.
const BEFORE_PATTERNS: &[&str] = &["case", "instanceof"];

/// The text without `final` and without qualifiers of record patterns (`case Shape.Circle(final int r)`), and without
/// annotations of what a parameter takes any number of (`String @Nullable ... names`). `None` when it has none of these.
pub(super) fn without_newer_syntax(text: &str) -> Option<String> {
    let mut bytes = text.as_bytes().to_vec();
    for word in BEFORE_PATTERNS {
        for (at, _) in text.match_indices(word) {
            if is_word(text, at, word.len()) {
                blank_in_pattern(text, at + word.len(), &mut bytes);
            }
        }
    }
    for (at, _) in text.match_indices("...") {
        blank_annotation_before(text, at, &mut bytes);
    }
    // Only whole characters of one byte are replaced, or whole names.
    String::from_utf8(bytes).ok().filter(|blanked| blanked != text)
}

fn is_part_of_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'$' || !byte.is_ascii()
}

fn is_word(text: &str, at: usize, length: usize) -> bool {
    let bytes = text.as_bytes();
    let before = at.checked_sub(1).and_then(|before| bytes.get(before));
    let after = bytes.get(at + length);
    !before.is_some_and(|byte| is_part_of_name(*byte)) && !after.is_some_and(|byte| is_part_of_name(*byte))
}

/// Goes through a pattern, as far as it looks like one.
fn blank_in_pattern(text: &str, start: usize, bytes: &mut [u8]) {
    let source = text.as_bytes();
    let (mut at, mut depth) = (start, 0usize);
    while let Some(byte) = source.get(at).copied() {
        match byte {
            b'(' => depth += 1,
            b')' if depth > 1 => depth -= 1,
            b'<' | b'>' | b'[' | b']' | b'@' => {}
            b',' | b'?' if depth > 0 => {}
            _ if byte.is_ascii_whitespace() => {}
            _ if is_part_of_name(byte) => {
                let is_path = |byte: &u8| is_part_of_name(*byte) || *byte == b'.';
                let end = at + source[at..].iter().take_while(|byte| is_path(byte)).count();
                let follows = source[end..].iter().find(|byte| !byte.is_ascii_whitespace());
                match &text[at..end] {
                    "when" => return,
                    "final" => bytes[at..end].fill(b' '),
                    name if follows == Some(&b'(') => {
                        let qualifier = name.rfind('.').map_or(0, |dot| dot + 1);
                        bytes[at..at + qualifier].fill(b' ');
                    }
                    _ => {}
                }
                at = end;
                continue;
            }
            _ => return,
        }
        at += 1;
    }
}

fn blank_annotation_before(text: &str, end: usize, bytes: &mut [u8]) {
    let before = text[..end].trim_end();
    let name = before.trim_end_matches(|letter: char| letter.is_alphanumeric() || "._$".contains(letter));
    if name.len() < before.len() && name.ends_with('@') {
        bytes[name.len() - 1..before.len()].fill(b' ');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_grammar_does_not_have_is_blanked_and_nothing_else() {
        for (text, expected) in [
            ("case A.S(String v) -> a.b(v);", Some("case   S(String v) -> a.b(v);")),
            (
                "x instanceof A.B.S(final String s) && s.is(x.y())",
                Some("x instanceof     S(      String s) && s.is(x.y())"),
            ),
            ("case final R r when r.is(1) ->", Some("case       R r when r.is(1) ->")),
            ("case S(A.R(var x)) ->", Some("case S(  R(var x)) ->")),
            ("void f(String @Nullable ... xs)", Some("void f(String           ... xs)")),
            ("if (x instanceof A) b.c(d);", None),
            ("x instanceof A ? b.c(d) : e", None),
            ("case A: b.c(d);", None),
            ("showcase(a.b(c))", None),
            ("void f(String... xs)", None),
        ] {
            assert_eq!(without_newer_syntax(text).as_deref(), expected, "{text}");
        }
    }
}
