//! The text of statements: where one ends, and what placeholders of host languages stand for.
//!
//! Knows literals, comments and quoted bodies, and nothing of what statements mean.

use std::borrow::Cow;
use std::ops::Range;

/// What a placeholder becomes where a value stands: every dialect knows it.
const VALUE: &str = "$1";
/// What it becomes where a name has to stand.
pub(super) const NAME: &str = "hole__";

/// Where the statements of a text are, each from its first word on, without the semicolons between them. Rows of data
/// behind `COPY … FROM stdin` are no statements.
pub fn statements(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut start = 0;
    let mut at = 0;
    while at < text.len() {
        if text.as_bytes()[at] != b';' {
            at = behind(text, at);
            continue;
        }
        found.push(start..at);
        start = match is_followed_by_data(&text[start..at]) {
            true => text[at..].find("\n\\.").map_or(text.len(), |end| at + end + 3),
            false => at + 1,
        };
        at = start;
    }
    found.push(start..text.len());
    let trimmed = found.into_iter().map(|range| {
        let statement = &text[range.clone()];
        let start = range.end - without_leading_comments(statement).len();
        start..(start + text[start..range.end].trim_end().len())
    });
    trimmed.filter(|range| !range.is_empty()).collect()
}

fn is_followed_by_data(statement: &str) -> bool {
    let statement = without_leading_comments(statement);
    let is_copy = statement.get(..5).is_some_and(|word| word.eq_ignore_ascii_case("copy "));
    is_copy && statement.to_ascii_lowercase().contains("from stdin")
}

/// Where the comments of a text are.
pub fn comments(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < text.len() {
        let end = behind(text, at);
        if text[at..].starts_with("--") || text[at..].starts_with("/*") {
            found.push(at..at + text[at..end].trim_end().len());
        }
        at = end;
    }
    found
}

/// Where what begins at a byte ends: a literal, a comment, a quoted body, or one byte.
fn behind(text: &str, at: usize) -> usize {
    let rest = &text[at..];
    let ends = |close: &str, skipped: usize| {
        rest[skipped..].find(close).map_or(text.len(), |end| at + skipped + end + close.len())
    };
    match rest.as_bytes()[0] {
        quote @ (b'\'' | b'"' | b'`') => match memchr::memchr(quote, &rest.as_bytes()[1..]) {
            Some(end) => at + end + 2,
            None => text.len(),
        },
        b'-' if rest.starts_with("--") => ends("\n", 2),
        b'/' if rest.starts_with("/*") => ends("*/", 2),
        b'$' => match dollar_quote(rest) {
            Some(quote) => ends(quote, quote.len()),
            None => at + 1,
        },
        _ => at + rest.chars().next().map_or(1, char::len_utf8),
    }
}

/// `$$` or `$body$` at the start of a text.
fn dollar_quote(text: &str) -> Option<&str> {
    let end = text[1..].find('$')? + 1;
    let is_tag = text[1..end].chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        && !text[1..].starts_with(|c: char| c.is_ascii_digit());
    is_tag.then(|| &text[..=end])
}

/// A text from its first word on. Commands to the client, which begin with a backslash, are skipped as well.
pub(super) fn without_leading_comments(text: &str) -> &str {
    let mut text = text.trim_start();
    loop {
        let end = match text {
            _ if text.starts_with("--") || text.starts_with('\\') => text.find('\n'),
            _ if text.starts_with("/*") => text.find("*/").map(|end| end + 1),
            _ => return text,
        };
        text = end.map_or("", |end| text[end + 1..].trim_start());
    }
}

/// What a text may mean once its placeholders are something: values, or else names.
pub(super) fn readings(text: &str) -> Vec<String> {
    let text = &without_haste(text);
    let (values, has_holes) = filled(text, VALUE);
    match has_holes {
        true => vec![values, filled(text, NAME).0],
        false => vec![values],
    }
}

/// `DROP INDEX CONCURRENTLY` without its last word, which the parser does not know there.
fn without_haste(text: &str) -> Cow<'_, str> {
    const HASTE: &str = "concurrently";
    let drops = text.get(..4).is_some_and(|first| first.eq_ignore_ascii_case("drop"));
    match drops.then(|| text.to_ascii_lowercase().find(HASTE)).flatten() {
        Some(at) => Cow::Owned([&text[..at], &text[at + HASTE.len()..]].concat()),
        None => Cow::Borrowed(text),
    }
}

/// The text with `%s`, `%(name)s`, `{}` and `{name}` as something else, and whether there were any.
fn filled(text: &str, with: &str) -> (String, bool) {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    let mut has_holes = false;
    while let Some(at) = rest.find(['%', '{']) {
        out.push_str(&rest[..at]);
        let tail = &rest[at..];
        if let Some(after) = tail.strip_prefix("%%") {
            out.push('%');
            rest = after;
            continue;
        }
        let length = placeholder(tail);
        match length {
            Some(_) => out.push_str(with),
            None => out.push_str(&tail[..1]),
        }
        has_holes |= length.is_some();
        rest = &tail[length.unwrap_or(1)..];
    }
    out.push_str(rest);
    (out, has_holes)
}

/// The length of the placeholder that a text begins with.
fn placeholder(text: &str) -> Option<usize> {
    if let Some(name) = text.strip_prefix("%(") {
        return name.find(")s").map(|end| end + 4);
    }
    if let Some(name) = text.strip_prefix('{') {
        let end = name.find('}')?;
        let is_name = name[..end].chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '.' | '!' | '[' | ']'));
        return is_name.then_some(end + 2);
    }
    // `LIKE '%s%'` is a pattern in one language and a placeholder in another: both are values.
    let is_format = ["%s", "%d", "%v", "%q"].iter().any(|format| text.starts_with(format));
    let goes_on = text[1..].chars().nth(1).is_some_and(|c| c.is_ascii_alphanumeric() || c == '_');
    (is_format && !goes_on).then_some(2)
}

/// A name as a statement has it first, whatever the case of its letters.
pub fn as_written(text: &str, name: &str) -> String {
    let is_part = |letter: char| letter.is_alphanumeric() || letter == '_';
    let mut words = text.split(|letter| !is_part(letter));
    words.find(|word| word.eq_ignore_ascii_case(name)).unwrap_or(name).to_owned()
}

/// Is a statement given its keys as a list: `= ANY($1)`, `unnest($1)`?
pub fn takes_list(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    let is_called = |word: &str| {
        text.match_indices(word).any(|(at, _)| {
            let is_apart = !text[..at].ends_with(|letter: char| letter.is_ascii_alphanumeric() || letter == '_');
            is_apart && text[at + word.len()..].trim_start().starts_with('(')
        })
    };
    is_called("any") || is_called("unnest")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_as_written() {
        assert_eq!(as_written("SELECT * FROM orders WHERE \"tenantId\" = $1", "tenantid"), "tenantId");
        assert_eq!(as_written("SELECT 1", "id"), "id");
    }

    #[test]
    fn lists_are_seen() {
        assert!(takes_list("SELECT * FROM t WHERE id = ANY ($1::uuid[])") && takes_list("… JOIN UNNEST($1) AS k"));
        assert!(!takes_list("SELECT many(1), any FROM t WHERE id = $1"));
    }

    #[test]
    fn semicolons_in_literals_and_bodies_end_nothing() {
        let text =
            "SELECT ';' AS \"a;b\"; -- one; comment\nCREATE FUNCTION f() AS $body$ x; y; $body$; /* ; */ SELECT $1;";
        let starts: Vec<&str> = statements(text).into_iter().map(|range| &text[range][..6]).collect();
        assert_eq!(starts, ["SELECT", "CREATE", "SELECT"]);
        assert_eq!(statements("SELECT 'č;").len(), 1);
    }

    #[test]
    fn placeholders_become_values() {
        assert_eq!(
            readings("a = %s AND b = %(name)s AND c = {} AND d LIKE 'x%%'")[0],
            "a = $1 AND b = $1 AND c = $1 AND d LIKE 'x%'"
        );
        assert_eq!(readings("a LIKE '%stop%'"), ["a LIKE '%stop%'"]);
        assert_eq!(readings("FROM {table}")[1], "FROM hole__");
        assert_eq!(readings("'{\"a\": 1}'"), ["'{\"a\": 1}'"]);
    }
}
