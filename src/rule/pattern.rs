//! Patterns: code with holes, which fixes find and write.
//!
//! `$name` is an expression, `$name:place` a name or attribute, `$name:word` a single word, `$name:literal` a literal,
//! `$*name` any code with balanced brackets, even none. `${name}` is for where letters follow, `$$` is a dollar. Spaces and line ends count for nothing when a
//! pattern is looked for, and stand as they are when it is written. How a pattern is found is the matter of `fix`.

use std::fmt;

/// Code with holes.
#[derive(Clone, Debug, PartialEq)]
pub struct Pattern {
    /// Its pieces, in order.
    pub pieces: Vec<Piece>,
}

/// A piece of a pattern.
#[derive(Clone, Debug, PartialEq)]
pub enum Piece {
    /// Code as it stands.
    Text(String),
    /// A hole.
    Hole(Hole),
}

/// A place to fill in.
#[derive(Clone, Debug, PartialEq)]
pub struct Hole {
    /// Its name: the same name stands for the same text.
    pub name: String,
    /// What it takes.
    pub kind: HoleKind,
}

/// What a hole takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HoleKind {
    /// A whole expression.
    Expression,
    /// A name, or an attribute of one.
    Place,
    /// A word.
    Word,
    /// A literal: a string, a number, a truth value, nothing.
    Literal,
    /// Any code with balanced brackets.
    Run,
}

impl Pattern {
    /// Reads a pattern.
    pub fn parse(text: &str) -> Result<Pattern, String> {
        let mut pieces = Vec::new();
        let mut plain = String::new();
        let mut rest = text;
        while let Some(at) = rest.find('$') {
            plain.push_str(&rest[..at]);
            rest = &rest[at + 1..];
            if let Some(after) = rest.strip_prefix('$') {
                plain.push('$');
                rest = after;
                continue;
            }
            let (hole, after) =
                Hole::parse(rest).ok_or_else(|| format!("`{text}`: a hole is `$name`, `$name:kind` or `$*name`"))?;
            if !plain.is_empty() {
                pieces.push(Piece::Text(std::mem::take(&mut plain)));
            }
            pieces.push(Piece::Hole(hole?));
            rest = after;
        }
        plain.push_str(rest);
        if !plain.is_empty() {
            pieces.push(Piece::Text(plain));
        }
        Ok(Pattern { pieces })
    }

    /// The names of its holes.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::Hole(hole) => Some(hole.name.as_str()),
            Piece::Text(_) => None,
        })
    }
}

impl Hole {
    /// Reads a hole behind its `$`, and what comes after it.
    fn parse(text: &str) -> Option<(Result<Hole, String>, &str)> {
        // `${name}` where letters follow.
        if let Some((name, rest)) = text.strip_prefix('{').and_then(|text| text.split_once('}')) {
            return Some((Ok(Hole { name: name.to_owned(), kind: HoleKind::Expression }), rest));
        }
        let (is_run, text) = match text.strip_prefix('*') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (name, rest) = word(text);
        if name.is_empty() {
            return None;
        }
        let name = name.to_owned();
        if is_run {
            return Some((Ok(Hole { name, kind: HoleKind::Run }), rest));
        }
        // `$key: value` is a hole and a colon.
        let (kind, after) = match rest.strip_prefix(':').map(word) {
            Some((kind, after)) if !kind.is_empty() => (kind, after),
            _ => return Some((Ok(Hole { name, kind: HoleKind::Expression }), rest)),
        };
        let kind = match kind {
            "place" => Ok(HoleKind::Place),
            "word" => Ok(HoleKind::Word),
            "literal" => Ok(HoleKind::Literal),
            other => Err(format!("`${name}:{other}`: a hole is a `place`, a `word` or a `literal`, or has no kind")),
        };
        Some((kind.map(|kind| Hole { name, kind }), after))
    }
}

/// The word that a text starts with, and the rest.
fn word(text: &str) -> (&str, &str) {
    let end = text.find(|letter: char| !(letter.is_ascii_alphanumeric() || letter == '_')).unwrap_or(text.len());
    text.split_at(end)
}

impl fmt::Display for Pattern {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        self.pieces.iter().try_for_each(|piece| match piece {
            Piece::Text(text) => out.write_str(&text.replace('$', "$$")),
            Piece::Hole(Hole { name, kind: HoleKind::Run }) => write!(out, "$*{name}"),
            Piece::Hole(hole) => write!(out, "${}", hole.name),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hole(name: &str, kind: HoleKind) -> Piece {
        Piece::Hole(Hole { name: name.into(), kind })
    }

    #[test]
    fn holes_have_names_and_kinds() {
        let pattern = Pattern::parse("$x:place.push($*rest); $$ $key: $value").unwrap();
        let text = |text: &str| Piece::Text(text.into());
        assert_eq!(
            pattern.pieces,
            [
                hole("x", HoleKind::Place),
                text(".push("),
                hole("rest", HoleKind::Run),
                text("); $ "),
                hole("key", HoleKind::Expression),
                text(": "),
                hole("value", HoleKind::Expression),
            ]
        );
        assert!(Pattern::parse("$x:thing").is_err() && Pattern::parse("a $ b").is_err());
    }
}
